package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.planning.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Lanes to one target whose slots move in the same windows: a lone one, or several that have a few each. All that a large cluster
 * pays for a slot, it pays for each moment in which its nodes hear of one: each writes nodes.conf then. A hundred masters that
 * give a slot or two would have it do so some hundred times.
 */
final class LaneGroup implements Lanes.Mover {
    /** So many sources are asked at the same time, so that a look at all of them takes a round trip. */
    private static final int MOST_LANES = 16;

    private final TargetEnd target;
    private final List<LaneMover> lanes;
    private final BatchRun run;
    private final Broadcast broadcast;

    LaneGroup(List<LaneTask> tasks, BatchRun run, ChangeSession session, Broadcast broadcast) {
        this.target = new TargetEnd(tasks.get(0), run, session);
        this.lanes = tasks.stream()
                .map(task -> new LaneMover(task, run, session, target))
                .toList();
        this.run = run;
        this.broadcast = broadcast;
    }

    /**
     * Lanes that move together. One of more than half a window stays alone; others to the same target are gathered until they
     * fill one, and into no fewer groups than may move side by side.
     *
     * @param tasks the longest first
     * @param sideBySide how many move side by side, at the speed that is now
     * @param window how many slots a window has
     */
    static List<List<LaneTask>> of(List<LaneTask> tasks, int sideBySide, int window) {
        List<List<LaneTask>> groups = new ArrayList<>();
        Map<NodeId, List<LaneTask>> small = new LinkedHashMap<>();
        for (LaneTask task : tasks) {
            if (2 * task.pending().size() > window) {
                groups.add(List.of(task));
            } else {
                small.computeIfAbsent(task.target().id(), any -> new ArrayList<>())
                        .add(task);
            }
        }
        small.values().forEach(toOne -> groups.addAll(gathered(toOne, sideBySide, window)));
        groups.sort(Comparator.comparingInt(group -> -slots(group)));
        return groups;
    }

    /** Into groups of about as many slots each. */
    private static List<List<LaneTask>> gathered(List<LaneTask> tasks, int sideBySide, int window) {
        int byLanes = (tasks.size() + MOST_LANES - 1) / MOST_LANES;
        int bySlots = (slots(tasks) + window - 1) / window;
        int count = Math.min(tasks.size(), Math.max(sideBySide, Math.max(byLanes, bySlots)));
        List<List<LaneTask>> groups = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            groups.add(new ArrayList<>());
        }
        for (int i = 0; i < tasks.size(); i++) {
            groups.get(i % count).add(tasks.get(i));
        }
        return groups;
    }

    private static int slots(List<LaneTask> group) {
        return group.stream().mapToInt(task -> task.pending().size()).sum();
    }

    /** A slot that is left to move. */
    private record Left(LaneMover lane, int slot) {}

    /** Moves what is left, until the batch is to end at a slot boundary. */
    void move() {
        finishUnsettled();
        List<Left> left = lanes.stream()
                .flatMap(lane -> lane.task().pending().stream().mapToObj(slot -> new Left(lane, slot)))
                .toList();
        int from = 0;
        while (from < left.size() && !run.stopping()) {
            int to = from + window(left.size() - from);
            List<LanePart> parts = parts(left.subList(from, to));
            // Where the batch is to stop meanwhile, the turn does not come, and nothing follows.
            run.turn(() -> new SlotWindow(target, parts, broadcast, run).move());
            from = to;
        }
        target.check();
    }

    /** How many slots the next window has: no last one is left with a slot or two, since each costs its round trips. */
    private int window(int left) {
        int most = run.speed().window();
        int windows = (left + most - 1) / most;
        return (left + windows - 1) / windows;
    }

    private static List<LanePart> parts(List<Left> slots) {
        Map<LaneMover, List<Integer>> byLane = slots.stream()
                .collect(Collectors.groupingBy(
                        Left::lane, LinkedHashMap::new, Collectors.mapping(Left::slot, Collectors.toList())));
        return byLane.entrySet().stream()
                .map(lane -> new LanePart(lane.getKey(), lane.getValue()))
                .toList();
    }

    /** Tells the others of slots that the target owns already. */
    private void finishUnsettled() {
        List<LanePart> unsettled = lanes.stream()
                .map(lane -> new LanePart(
                        lane, lane.task().unsettled().stream().boxed().toList()))
                .filter(part -> !part.live().isEmpty())
                .toList();
        if (!unsettled.isEmpty()) {
            new SlotWindow(target, unsettled, broadcast, run).tellOthers();
        }
    }

    @Override
    public void close() {
        lanes.forEach(LaneMover::close);
    }
}
