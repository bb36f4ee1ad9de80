package io.slotferry.sandbox.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Tells a run that is stuck from one that is slow, and from one that waits as it says: a step that fails is tried again for
 * as long as its failure's kind has patience, and halts then. Both need no verdict before they had their time.
 */
final class Stillness {
    /** Without any step forward, and without a word of how long it waits, a run is stuck. */
    static final Duration WITHOUT_A_WORD = Duration.ofMinutes(4);

    /** From the time that it names until it must have halted: its last attempt may have begun just before. */
    static final Duration AFTER_ITS_TIME = Duration.ofMinutes(2);

    /** Nobody needs that long for so little: steps forward without end are no end. */
    static final Duration ALTOGETHER = Duration.ofMinutes(30);

    private final Instant began;
    private Instant movedAt;
    private String seen = "";

    /**
     * What is seen of a run at one time.
     *
     * @param steps what changes when it makes a step: its history's length, and how far its batch is
     * @param until when it goes on or halts, as it says itself; empty where it does not wait
     */
    record Sign(String steps, Optional<Instant> until) {}

    Stillness(Instant now) {
        began = now;
        movedAt = now;
    }

    /**
     * Whether it is stuck.
     *
     * @param sign empty where Temporal does not answer
     */
    boolean lasts(Optional<Sign> sign, Instant now) {
        sign.filter(current -> !current.steps().equals(seen)).ifPresent(current -> {
            seen = current.steps();
            movedAt = now;
        });
        Instant limit = sign.flatMap(Sign::until)
                .map(until -> until.plus(AFTER_ITS_TIME))
                .filter(waits -> waits.isAfter(movedAt.plus(WITHOUT_A_WORD)))
                .orElse(movedAt.plus(WITHOUT_A_WORD));
        return now.isAfter(limit) || now.isAfter(began.plus(ALTOGETHER));
    }
}
