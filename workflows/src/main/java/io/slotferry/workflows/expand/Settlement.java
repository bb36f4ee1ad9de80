package io.slotferry.workflows.expand;

import io.slotferry.planning.Batch;
import io.slotferry.planning.Lane;
import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.Activities.Looking;
import io.slotferry.workflows.contract.Activities.ReturnOrder;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ReturnPlan;
import java.util.List;

/**
 * Finishes what stands open of the plan's slots, each in the direction in which it is open: what a batch leaves that did not
 * end by itself, and what a replica that was away holds open still.
 */
record Settlement(ExpandRequest request, Run run, Rooms rooms) {
    private static final String LOOK = "see which slots are open";

    void complete() {
        settle(look(rooms.looking(LOOK)));
    }

    /** The same for a run that is to end, and does not wait for long. */
    void completeSoon() {
        settle(look(rooms.lookingBriefly(LOOK)));
    }

    /** Slots alone that are open on their way to the shard that they came from: no batch of the plan would finish them. */
    void completeHomewards() {
        ReturnPlan way = look(rooms.looking(LOOK));
        List<Batch> homewards = way.settle().stream()
                .map(batch ->
                        new Batch(batch.lanes().stream().filter(this::leadsHome).toList()))
                .filter(batch -> !batch.lanes().isEmpty())
                .toList();
        settle(new ReturnPlan(homewards, List.of(), way.attached()));
    }

    private boolean leadsHome(Lane lane) {
        return plan().shards().get(lane.target()).before().containsAll(lane.slots());
    }

    private ReturnPlan look(Looking looking) {
        return looking.planReturn(
                new ReturnOrder(request.access(), plan(), request.batch().slots()));
    }

    private void settle(ReturnPlan way) {
        rooms.batches().settle(request, plan(), way, run::now);
    }

    private Plan plan() {
        return run.plan().orElseThrow();
    }
}
