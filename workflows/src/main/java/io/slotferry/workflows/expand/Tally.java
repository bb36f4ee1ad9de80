package io.slotferry.workflows.expand;

import io.slotferry.planning.Batch;
import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ExpandResult.Moved;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What was moved so far, from what finished batches report. */
final class Tally {
    private int batch;
    private int batchesDone;
    private int slotsOfBatchesDone;
    private int slotsOfBatchInHand;
    private long keys;
    private long bytes;
    private long millis;
    private Optional<Instant> begun = Optional.empty();
    private Optional<Instant> ended = Optional.empty();

    /** What was moved before this run. */
    void resume(Plan plan, int doneBefore) {
        batchesDone = doneBefore;
        batch = doneBefore;
        slotsOfBatchesDone = plan.batches().subList(0, doneBefore).stream()
                .mapToInt(Batch::slots)
                .sum();
    }

    void begin(BatchOrder order, Instant now) {
        batch = order.number();
        begun = begun.or(() -> Optional.of(now));
    }

    void record(BatchOutcome outcome, Instant now) {
        keys += outcome.progress().keysMoved();
        bytes += outcome.progress().bytesMoved();
        millis += outcome.millis();
        slotsOfBatchInHand = outcome.progress().slotsDone();
        if (outcome.complete()) {
            batchesDone++;
            slotsOfBatchesDone += outcome.progress().slots();
            slotsOfBatchInHand = 0;
        }
        ended = Optional.of(now);
    }

    /** How many of the plan's batches, from its first one on, are done. */
    int batchesDone() {
        return batchesDone;
    }

    /** The batch in hand, or the last finished; 0 before the first. */
    int batch() {
        return batch;
    }

    int slots() {
        return slotsOfBatchesDone + slotsOfBatchInHand;
    }

    long keys() {
        return keys;
    }

    Moved moved(Optional<Plan> plan) {
        Duration reshard =
                begun.isPresent() && ended.isPresent() ? Duration.between(begun.get(), ended.get()) : Duration.ZERO;
        return new Moved(
                batchesDone,
                plan.map(p -> p.batches().size()).orElse(0),
                slots(),
                plan.map(Plan::movedSlots).orElse(0),
                keys,
                bytes,
                reshard);
    }

    /** The plan's estimate before the first batch ended; from then on at the speed measured, with the pauses to come. */
    Duration timeLeft(Plan plan, Duration pause) {
        if (slots() == 0) {
            return plan.estimate().duration();
        }
        long moving = millis * (plan.movedSlots() - slots()) / slots();
        int pauses = Math.max(0, plan.batches().size() - batchesDone - 1);
        return Duration.ofMillis(moving).plus(pause.multipliedBy(pauses));
    }
}
