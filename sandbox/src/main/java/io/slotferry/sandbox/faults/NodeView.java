package io.slotferry.sandbox.faults;

import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotRanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The cluster as one node sees it, from its CLUSTER NODES.
 *
 * @param address of the node that was asked
 * @param master whether it is one
 * @param masterAddress whom it replicates; empty for a master
 * @param slots that it owns by its own word
 * @param open its open slots, and the other end's address (or node ID where that is not known)
 * @param owners by address, the slots that each master owns in its eyes, itself included
 * @param members every address that it knows, itself included
 * @param failing addresses that it holds for failed, or possibly failed
 */
record NodeView(
        String address,
        boolean master,
        String masterAddress,
        SlotRanges slots,
        Map<Integer, String> open,
        Map<String, SlotRanges> owners,
        List<String> members,
        List<String> failing) {

    NodeView {
        open = Map.copyOf(open);
        owners = Map.copyOf(owners);
        members = List.copyOf(members);
        failing = List.copyOf(failing);
    }

    /**
     * Reads the answer to CLUSTER NODES.
     *
     * @throws IllegalArgumentException where no line is the node's own
     */
    static NodeView parse(String clusterNodes) {
        List<String[]> lines = clusterNodes
                .lines()
                .map(line -> line.split(" ", -1))
                .filter(fields -> !fields[2].contains("handshake") && !fields[2].contains("noaddr"))
                .toList();
        Map<String, String> addresses =
                lines.stream().collect(Collectors.toMap(fields -> fields[0], NodeView::address, (a, b) -> a));
        String[] own = lines.stream()
                .filter(fields -> fields[2].contains("myself"))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no line of its own in: " + clusterNodes));
        Map<String, SlotRanges> owners = new TreeMap<>();
        lines.stream().filter(NodeView::isMaster).forEach(fields -> owners.put(address(fields), slots(fields)));
        return new NodeView(
                address(own),
                isMaster(own),
                isMaster(own) ? "" : addresses.getOrDefault(own[3], own[3]),
                slots(own),
                open(own, addresses),
                owners,
                addresses.values().stream().sorted().toList(),
                lines.stream()
                        .filter(fields -> fields[2].contains("fail") && !fields[2].contains("nofailover"))
                        .map(NodeView::address)
                        .sorted()
                        .toList());
    }

    private static String address(String[] fields) {
        int bus = fields[1].indexOf('@');
        return bus < 0 ? fields[1] : fields[1].substring(0, bus);
    }

    private static boolean isMaster(String[] fields) {
        return Arrays.asList(fields[2].split(",", -1)).contains("master");
    }

    private static SlotRanges slots(String[] fields) {
        List<SlotRange> ranges = new ArrayList<>();
        for (int i = 8; i < fields.length; i++) {
            if (!fields[i].isEmpty() && !fields[i].startsWith("[")) {
                String[] ends = fields[i].split("-", 2);
                ranges.add(new SlotRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])));
            }
        }
        return SlotRanges.of(ranges.toArray(SlotRange[]::new));
    }

    /** {@code [93-<-ID]} is importing slot 93 from, {@code [77->-ID]} migrating slot 77 to the node with that ID. */
    private static Map<Integer, String> open(String[] fields, Map<String, String> addresses) {
        Map<Integer, String> open = new TreeMap<>();
        for (int i = 8; i < fields.length; i++) {
            if (fields[i].startsWith("[")) {
                String[] parts = fields[i].substring(1, fields[i].length() - 1).split("-[<>]-", 2);
                open.put(Integer.parseInt(parts[0]), addresses.getOrDefault(parts[1], parts[1]));
            }
        }
        return open;
    }

    /** Such as {@code 127.0.0.1:7000 importing or migrating 93 (with 127.0.0.2:7001)}. */
    String openText() {
        return address + " has open "
                + new TreeMap<>(open)
                        .entrySet().stream()
                                .map(slot -> slot.getKey() + " (with " + slot.getValue() + ")")
                                .collect(Collectors.joining(", "));
    }
}
