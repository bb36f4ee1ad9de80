package io.slotferry.workflows.expand;

import io.slotferry.planning.Batch;
import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandResult.Moved;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Optional;

/** What was moved so far in one direction, from what finished batches report. */
final class Tally {
    /** Of so many batches the longest says how long the next one likely takes. */
    private static final int RECENT = 5;

    private final Deque<Duration> recent = new ArrayDeque<>();
    private Duration ofBatchInHand = Duration.ZERO;
    private int batches;
    private int slotsExpected;
    private int batch;
    private int batchesDone;
    private int slotsOfBatchesDone;
    private int slotsOfBatchInHand;
    private long keys;
    private long bytes;
    private long millis;
    private Optional<Migration> movedBy = Optional.empty();
    private Optional<Instant> begun = Optional.empty();
    private Optional<Instant> ended = Optional.empty();

    /** So many batches, with so many slots, are still to come: said at first, and again where the rest was planned anew. */
    void left(int batchesLeft, int slotsLeft) {
        batches = batchesDone + batchesLeft;
        slotsExpected = Math.max(slotsExpected, slotsLeft);
        slotsOfBatchesDone = slotsExpected - slotsLeft;
        slotsOfBatchInHand = 0;
    }

    /** So many of the plan's batches were done before this run. */
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

    /** The batch after those that are done does not go on. */
    void stuck() {
        batch = batchesDone + 1;
    }

    void record(BatchOutcome outcome, Instant now) {
        keys += outcome.progress().keysMoved();
        bytes += outcome.progress().bytesMoved();
        millis += outcome.millis();
        ofBatchInHand = ofBatchInHand.plusMillis(outcome.millis());
        movedBy = outcome.movedBy().or(() -> movedBy);
        ended = Optional.of(now);
        batch = outcome.progress().number();
        slotsOfBatchInHand = outcome.progress().slotsDone();
        if (outcome.complete()) {
            batchesDone++;
            slotsOfBatchesDone += outcome.progress().slots();
            slotsOfBatchInHand = 0;
            measured(ofBatchInHand);
            ofBatchInHand = Duration.ZERO;
        }
    }

    private void measured(Duration batch) {
        recent.addLast(batch);
        if (recent.size() > RECENT) {
            recent.removeFirst();
        }
    }

    /** How long the next batch likely takes: as long as the longest of the last ones; zero before the first is done. */
    Duration likely() {
        return recent.isEmpty() ? Duration.ZERO : Collections.max(recent);
    }

    /** How many of the next batches likely begin within this time, one at least; any number before the first is done. */
    int fitting(Duration time) {
        if (recent.isEmpty()) {
            return Integer.MAX_VALUE;
        }
        long shortest = Math.max(1, Collections.min(recent).toMillis());
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, 1 + time.toMillis() / shortest));
    }

    /** At the speed measured, pauses left out; empty before a key was moved. */
    Optional<Long> keysPerSecond() {
        return keys == 0 || millis == 0 ? Optional.empty() : Optional.of(Math.max(1, keys * 1000 / millis));
    }

    /** The batch in hand, or the last finished; 0 before the first. */
    int batch() {
        return batch;
    }

    /** How many batches there are, those done included. */
    int batches() {
        return batches;
    }

    /** How many batches, from the first one on, are done. */
    int batchesDone() {
        return batchesDone;
    }

    int slots() {
        return slotsOfBatchesDone + slotsOfBatchInHand;
    }

    /** How many slots there are to be moved, those done included. */
    int slotsExpected() {
        return slotsExpected;
    }

    long keys() {
        return keys;
    }

    long bytes() {
        return bytes;
    }

    /** How slots moved of late; empty before any did. */
    Optional<Migration> movedBy() {
        return movedBy;
    }

    Moved moved() {
        Duration span =
                begun.isPresent() && ended.isPresent() ? Duration.between(begun.get(), ended.get()) : Duration.ZERO;
        return new Moved(batchesDone, batches, slots(), slotsExpected, keys, bytes, span);
    }

    /** At the speed measured, with the pauses to come; empty before a slot was moved. */
    Optional<Duration> timeLeft(Duration pause) {
        if (slots() == 0 || millis == 0) {
            return Optional.empty();
        }
        long moving = millis * (slotsExpected - slots()) / slots();
        int pauses = Math.max(0, batches - batchesDone - 1);
        return Optional.of(Duration.ofMillis(moving).plus(pause.multipliedBy(pauses)));
    }
}
