package io.slotferry.activities.looking;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.planning.Batch;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.ClusterViews.OpenSlots;
import io.slotferry.planning.Lane;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.PlanProgress;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.CourseSoFar;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Reads from the cluster how far an earlier run has come with its plan. */
final class CourseReader {
    private final ClusterReader reader;

    CourseReader(ClusterReader reader) {
        this.reader = reader;
    }

    CourseSoFar read(ClusterAccess access, Plan plan) {
        Agreed agreed = reader.agreedWhileSlotsMove(access);
        Map<NodeId, SlotRanges> owners = new HashMap<>();
        agreed.cluster().shards().forEach(shard -> owners.put(shard.master().id(), shard.slots()));
        PlanProgress progress = PlanProgress.of(plan, owners);
        refuseWhatSomebodyElseChanged(progress);
        SlotRanges open =
                SlotRanges.union(ClusterViews.openSlots(agreed.views()).stream().map(OpenSlots::slots));
        int done = 0;
        boolean leading = true;
        TreeSet<Integer> filled = new TreeSet<>();
        for (int i = 0; i < plan.batches().size(); i++) {
            Batch batch = plan.batches().get(i);
            PlanProgress.State state = progress.batches().get(i).state();
            boolean isOpen = batch.lanes().stream()
                    .anyMatch(lane -> !lane.slots().intersect(open).isEmpty());
            leading &= state == PlanProgress.State.DONE && !isOpen;
            done += leading ? 1 : 0;
            if (state != PlanProgress.State.NOT_MOVED || isOpen) {
                batch.lanes().stream().map(Lane::target).forEach(filled::add);
            }
        }
        return new CourseSoFar(done, agreed.cluster().members().map(Member::id).toList(), List.copyOf(filled));
    }

    private static void refuseWhatSomebodyElseChanged(PlanProgress progress) {
        List<String> evidence = new ArrayList<>();
        progress.foreign()
                .forEach(foreign -> evidence.add("slots " + foreign.slots() + " belong to " + foreign.owner()));
        if (!progress.unowned().isEmpty()) {
            evidence.add("slots " + progress.unowned() + " have no owner");
        }
        if (!evidence.isEmpty()) {
            throw new Halted(
                    FailureKind.CLUSTER_CHANGED,
                    "Slots are where the plan of the run to be taken over never puts them; nothing was touched.",
                    evidence,
                    "find out who moved them, and move them back or plan anew on the cluster as it is (slotferry plan)");
        }
    }
}
