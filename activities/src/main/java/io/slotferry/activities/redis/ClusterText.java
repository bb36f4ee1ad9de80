package io.slotferry.activities.redis;

import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Flag;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads CLUSTER NODES and CLUSTER INFO. Lines are {@code id ip:port@cport[,hostname[,aux]] flags master ping pong epoch
 * link slots...}; open slots stand in brackets on the viewer's own line, {@code [93->-id]} migrating and {@code [77-<-id]}
 * importing (Redis command reference, "CLUSTER NODES").
 */
final class ClusterText {
    private static final Pattern OPEN_SLOT = Pattern.compile("\\[(\\d+)-([<>])-([0-9a-f]{40})]");
    private static final Pattern ADDRESS = Pattern.compile("(.*):(\\d+)(?:@(\\d+))?");

    private final Map<Integer, NodeId> migrating = new HashMap<>();
    private final Map<Integer, NodeId> importing = new HashMap<>();
    private final NodeAddress asked;

    private ClusterText(NodeAddress asked) {
        this.asked = asked;
    }

    /** The view; {@code asked} stands in where a fresh node does not know its own address yet. */
    static NodeView view(NodeAddress asked, String nodes, String info) {
        ClusterText text = new ClusterText(asked);
        List<KnownNode> known = new ArrayList<>();
        NodeId viewer = null;
        for (String line : nodes.split("\n")) {
            if (line.isBlank()) {
                continue;
            }
            String[] fields = line.trim().split(" ");
            known.add(text.node(fields));
            if (isMyself(fields)) {
                viewer = known.get(known.size() - 1).id();
            }
        }
        if (viewer == null) {
            throw new IllegalArgumentException("CLUSTER NODES of " + asked + " has no line \"myself\"");
        }
        Map<String, String> facts = InfoText.facts(info);
        return new NodeView(
                viewer,
                "ok".equals(facts.get("cluster_state")),
                Long.parseLong(facts.getOrDefault("cluster_current_epoch", "0")),
                known,
                text.migrating,
                text.importing);
    }

    private static boolean isMyself(String[] fields) {
        return List.of(fields[2].split(",")).contains("myself");
    }

    private KnownNode node(String[] fields) {
        boolean myself = isMyself(fields);
        Set<String> words = Set.of(fields[2].split(","));
        Matcher address = ADDRESS.matcher(fields[1].split(",")[0]);
        if (!address.matches()) {
            throw new IllegalArgumentException("CLUSTER NODES of " + asked + ": no address in \"" + fields[1] + "\"");
        }
        return new KnownNode(
                new NodeId(fields[0]),
                address(address, myself),
                address.group(3) == null ? 0 : Integer.parseInt(address.group(3)),
                words.contains("slave") ? Role.REPLICA : Role.MASTER,
                fields[3].equals("-") ? Optional.empty() : Optional.of(new NodeId(fields[3])),
                Long.parseLong(fields[6]),
                flags(words),
                myself || fields[7].equals("connected"),
                slots(fields));
    }

    private NodeAddress address(Matcher address, boolean myself) {
        int port = Integer.parseInt(address.group(2));
        if (address.group(1).isEmpty() || port == 0) {
            return myself ? asked : new NodeAddress("unknown", Math.max(port, 1));
        }
        return new NodeAddress(address.group(1), port);
    }

    private static Set<Flag> flags(Set<String> words) {
        Set<Flag> flags = EnumSet.noneOf(Flag.class);
        for (String word : words) {
            switch (word.toLowerCase(Locale.ROOT)) {
                case "fail?" -> flags.add(Flag.PFAIL);
                case "fail" -> flags.add(Flag.FAIL);
                case "handshake" -> flags.add(Flag.HANDSHAKE);
                case "noaddr" -> flags.add(Flag.NOADDR);
                case "nofailover" -> flags.add(Flag.NOFAILOVER);
                default -> {
                    // Roles and "myself" are read elsewhere; flags of later servers are none of our concern.
                }
            }
        }
        return flags;
    }

    private SlotRanges slots(String[] fields) {
        StringBuilder owned = new StringBuilder();
        for (int i = 8; i < fields.length; i++) {
            Matcher open = OPEN_SLOT.matcher(fields[i]);
            if (open.matches()) {
                (open.group(2).equals(">") ? migrating : importing)
                        .put(Integer.parseInt(open.group(1)), new NodeId(open.group(3)));
            } else {
                owned.append(owned.length() == 0 ? "" : ",").append(fields[i]);
            }
        }
        return SlotRanges.parse(owned.toString());
    }
}
