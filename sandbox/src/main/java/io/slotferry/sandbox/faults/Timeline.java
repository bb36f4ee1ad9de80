package io.slotferry.sandbox.faults;

import io.slotferry.planning.SlotRanges;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who owned which slot when, as the nodes said themselves while a run went on. */
final class Timeline {
    /** Nodes are asked a few times a second, and a dead one cannot be asked what it did last. */
    static final long BETWEEN_LOOKS_MILLIS = 1_000;

    private final List<Sighting> sightings;
    private final Map<String, String> parents = new HashMap<>();

    /**
     * What a node said, which holds until its next sighting.
     *
     * @param atMillis since 1970
     * @param answered false from when it did not answer
     * @param open as {@link NodeView#open}
     */
    record Sighting(
            long atMillis,
            String address,
            boolean answered,
            boolean master,
            String masterAddress,
            SlotRanges slots,
            Map<Integer, String> open) {
        Sighting {
            open = Map.copyOf(open);
        }

        static Sighting of(long atMillis, NodeView view) {
            return new Sighting(
                    atMillis, view.address(), true, view.master(), view.masterAddress(), view.slots(), view.open());
        }

        static Sighting silence(long atMillis, String address) {
            return new Sighting(atMillis, address, false, false, "", SlotRanges.none(), Map.of());
        }

        /** Whether it says the same as an earlier one. */
        boolean repeats(Sighting earlier) {
            return earlier != null
                    && new Sighting(earlier.atMillis, address, answered, master, masterAddress, slots, open)
                            .equals(earlier);
        }
    }

    /** A master of a shard that another member of it was before. */
    record Takeover(long atMillis, String address) {}

    Timeline(List<Sighting> seen) {
        sightings = seen.stream()
                .sorted(Comparator.comparingLong(Sighting::atMillis))
                .toList();
        sightings.forEach(sighting -> {
            if (!sighting.masterAddress().isEmpty()) {
                parents.put(root(sighting.address()), root(sighting.masterAddress()));
            }
        });
    }

    private String root(String address) {
        String at = address;
        while (parents.containsKey(at) && !parents.get(at).equals(at)) {
            at = parents.get(at);
        }
        return at;
    }

    /** What stands for the shard of a node: the same for all that ever replicated one another. */
    String shard(String address) {
        return root(address);
    }

    /** Every time a shard had a new master. */
    List<Takeover> takeovers() {
        Map<String, String> masters = new HashMap<>();
        List<Takeover> takeovers = new ArrayList<>();
        for (Sighting sighting : sightings) {
            if (sighting.master() && !sighting.slots().isEmpty()) {
                String before = masters.put(shard(sighting.address()), sighting.address());
                if (before != null && !before.equals(sighting.address())) {
                    takeovers.add(new Takeover(sighting.atMillis(), sighting.address()));
                }
            }
        }
        return takeovers;
    }

    /** Whether the shard owned the slot at some moment between the two times. */
    boolean owned(int slot, String shard, long from, long to) {
        return owners(slot, from, to).contains(shard);
    }

    /** Whether the slot was open at the shard, came to it or left it between the two times. */
    boolean moved(int slot, String shard, long from, long to) {
        Set<String> owners = owners(slot, from, to);
        return (owners.contains(shard) && owners.size() > 1) || open(slot, shard, from, to);
    }

    private Set<String> owners(int slot, long from, long to) {
        Set<String> owners = new HashSet<>();
        eachIn(from, to, sighting -> {
            if (sighting.master() && sighting.slots().contains(slot)) {
                owners.add(shard(sighting.address()));
            }
        });
        return owners;
    }

    private boolean open(int slot, String shard, long from, long to) {
        boolean[] open = new boolean[1];
        eachIn(from, to, sighting -> {
            String other = sighting.open().get(slot);
            open[0] |= other != null
                    && (shard(sighting.address()).equals(shard) || shard(other).equals(shard));
        });
        return open[0];
    }

    /** What held at some moment between the two times, with what may have been missed around them. */
    private void eachIn(long from, long to, java.util.function.Consumer<Sighting> visitor) {
        Map<String, Sighting> last = new HashMap<>();
        for (Sighting sighting : sightings) {
            if (sighting.atMillis() > to + BETWEEN_LOOKS_MILLIS) {
                break;
            }
            if (sighting.atMillis() >= from - BETWEEN_LOOKS_MILLIS) {
                visitor.accept(sighting);
            } else {
                last.put(sighting.address(), sighting);
            }
        }
        last.values().forEach(visitor);
    }

    List<Sighting> sightings() {
        return sightings;
    }
}
