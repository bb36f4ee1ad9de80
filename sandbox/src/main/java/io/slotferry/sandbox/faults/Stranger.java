package io.slotferry.sandbox.faults;

import io.slotferry.servers.LocalNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import redis.clients.jedis.Jedis;

/** Somebody who opens and moves slots while slotferry is at work, in good order, by the commands of the tutorial. */
final class Stranger implements Striker.Arm {
    private static final int KEYS_AT_ONCE = 10;
    private static final int TIMEOUT_MILLIS = 5_000;

    private final FaultStage stage;
    private final Journal journal;
    private final Map<Integer, String> moved = new ConcurrentHashMap<>();
    private volatile Course course;

    private record Course(int slot, LocalNode from, LocalNode to) {}

    Stranger(FaultStage stage, Journal journal) {
        this.stage = stage;
        this.journal = journal;
    }

    /** The slots that were moved, and the addresses that they went to. */
    Map<Integer, String> moved() {
        return Map.copyOf(moved);
    }

    @Override
    public String strike(Strike strike) {
        LocalNode from = stage.cluster().masters().get(0);
        LocalNode to = stage.cluster().masters().get(1);
        List<Integer> slots = closedSlots(from, strike.kind() == FaultKind.SLOT_OPENED);
        if (slots.isEmpty()) {
            return from + " owns no slot for it";
        }
        // From the upper half: slotferry takes the lower ones first, and one that is in its hand is nobody's to move.
        int half = slots.size() / 2;
        int slot = slots.get(half + (int) (strike.pick() * (slots.size() - half)));
        course = new Course(slot, from, to);
        journal.note(strike.kind().words() + ": slot " + slot + " from " + from + " to " + to);
        open();
        if (strike.kind() == FaultKind.SLOT_MOVED) {
            carry();
            moved.put(slot, to.address());
        }
        return "";
    }

    private void open() {
        try (Jedis source = course.from().jedis();
                Jedis target = course.to().jedis()) {
            target.clusterSetSlotImporting(course.slot(), course.from().nodeId());
            source.clusterSetSlotMigrating(course.slot(), course.to().nodeId());
        }
    }

    private void carry() {
        try (Jedis source = course.from().jedis();
                Jedis target = course.to().jedis()) {
            for (List<String> keys = some(source); !keys.isEmpty(); keys = some(source)) {
                source.migrate(
                        course.to().host(),
                        course.to().port(),
                        TIMEOUT_MILLIS,
                        stage.migrateParams(),
                        keys.toArray(String[]::new));
            }
            target.clusterSetSlotNode(course.slot(), course.to().nodeId());
            source.clusterSetSlotNode(course.slot(), course.to().nodeId());
        }
    }

    private List<String> some(Jedis source) {
        return source.clusterGetKeysInSlot(course.slot(), KEYS_AT_ONCE);
    }

    /** Where a slot is only opened and closed, an empty one: what clients write through it would be left on the far side. */
    private static List<Integer> closedSlots(LocalNode owner, boolean empty) {
        try (Jedis jedis = owner.jedis()) {
            NodeView view = NodeView.parse(jedis.clusterNodes());
            return view.slots().stream()
                    .boxed()
                    .filter(slot -> !view.open().containsKey(slot))
                    .filter(slot -> !empty || jedis.clusterCountKeysInSlot(slot) == 0)
                    .toList();
        }
    }

    @Override
    public void mend(Strike strike) {
        if (strike.kind() != FaultKind.SLOT_OPENED) {
            return;
        }
        try (Jedis source = course.from().jedis();
                Jedis target = course.to().jedis()) {
            source.clusterSetSlotStable(course.slot());
            target.clusterSetSlotStable(course.slot());
        }
        journal.note("closed again: slot " + course.slot());
    }
}
