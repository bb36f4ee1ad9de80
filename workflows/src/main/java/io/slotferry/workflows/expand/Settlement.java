package io.slotferry.workflows.expand;

import io.slotferry.planning.Batch;
import io.slotferry.planning.Lane;
import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.Activities.Looking;
import io.slotferry.workflows.contract.Activities.ReturnOrder;
import io.slotferry.workflows.contract.BatchOrder.Way;
import io.slotferry.workflows.contract.ReturnPlan;
import java.util.List;

/**
 * Finishes what stands open of the plan's slots, each in the direction in which it is open: what a batch leaves that did not
 * end by itself, and what a replica that was away holds open still.
 */
record Settlement(Run run, Rooms rooms) {
    private static final String LOOK = "see which slots are open";

    void complete() {
        settle(look(rooms.looking(LOOK), false), Way.BACK);
    }

    /** The same for a run that is to end: it does not wait for long, nor for what somebody else changed to be put back. */
    void completeSoon() {
        settle(look(rooms.lookingBriefly(LOOK), true), Way.SETTLE);
    }

    /** Slots alone that are open on their way to the shard that they came from: no batch of the plan would finish them. */
    void completeHomewards() {
        ReturnPlan way = look(rooms.looking(LOOK), false);
        List<Batch> homewards = way.settle().stream()
                .map(batch ->
                        new Batch(batch.lanes().stream().filter(this::leadsHome).toList()))
                .filter(batch -> !batch.lanes().isEmpty())
                .toList();
        settle(new ReturnPlan(homewards, List.of(), way.attached()), Way.BACK);
    }

    private boolean leadsHome(Lane lane) {
        return plan().shards().get(lane.target()).before().containsAll(lane.slots());
    }

    private ReturnPlan look(Looking looking, boolean openOnly) {
        return looking.planReturn(
                new ReturnOrder(run.access(), plan(), BatchOrders.slotsPerBatch(run.request(), plan()), openOnly));
    }

    private void settle(ReturnPlan way, Way direction) {
        rooms.batches()
                .settle(
                        way.settle(),
                        batch -> BatchOrders.settle(run.request(), plan(), way, batch, direction),
                        run::now);
    }

    private Plan plan() {
        return run.plan().orElseThrow();
    }
}
