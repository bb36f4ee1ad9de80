package io.slotferry.sandbox.faults;

import java.util.List;

/**
 * How a run stands in the end.
 *
 * @param state a closed state, HALTED, or what Temporal says of a run without a result: CANCELED, TERMINATED, FAILED; STUCK
 *     where it neither ended nor halted in the time it had
 * @param kind of the halt; empty where there is none
 * @param reason why it ended or halted, as it says itself
 * @param next what it tells the operator to do
 * @param notes its warnings and its trail
 * @param fruitless batches that were moved again after they were complete
 */
record RunEnd(State state, String kind, String reason, String next, List<String> notes, List<Integer> fruitless) {
    /** In the trail of a run that found the one to take over. */
    private static final String TAKES_OVER = "takes over run ";

    RunEnd {
        notes = List.copyOf(notes);
        fruitless = List.copyOf(fruitless);
    }

    /** How it ended. */
    enum State {
        COMPLETED,
        ROLLED_BACK,
        STOPPED,
        REFUSED,
        HALTED,
        /** By Temporal's own cancel, which drops the result. */
        CANCELED,
        TERMINATED,
        FAILED,
        STUCK
    }

    static RunEnd of(State state, String kind, String reason, String next, List<String> notes) {
        return new RunEnd(state, kind, reason, next, notes, List.of());
    }

    RunEnd repeating(List<Integer> batches) {
        return new RunEnd(state, kind, reason, next, notes, batches);
    }

    /**
     * Whether it was ended over keys of which source and target hold differing copies: neither is touched, and their slots
     * are left open to whoever decides which is right.
     */
    boolean leavesDisputedSlots() {
        return state == State.STOPPED
                && notes.stream()
                        .anyMatch(note ->
                                note.startsWith("slots may still be open") && note.contains("hold differing copies"));
    }

    /** Whether it was to go on in the place of a closed run, and refused: then all stands as that one left it. */
    boolean refusesTakeOver() {
        return state == State.REFUSED && notes.stream().anyMatch(note -> note.contains(TAKES_OVER));
    }

    @Override
    public String toString() {
        return state + (kind.isEmpty() ? "" : " " + kind);
    }
}
