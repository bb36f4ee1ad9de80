package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.PacingState;

/**
 * Tells a run's trail and report what pacing ADAPTIVE decided: where batches begin to be slowed down by what clients feel, and
 * where they are not any more. Of batches that move in the other modes it says nothing.
 */
final class Pace {
    private final Run run;
    private boolean slowed;
    private int batches;
    private int slowdowns;
    private double lowest = 100;
    private double highest;

    Pace(Run run) {
        this.run = run;
    }

    void record(BatchOutcome outcome) {
        outcome.pacing().ifPresent(state -> record(outcome, state));
    }

    private void record(BatchOutcome outcome, PacingState state) {
        String text = outcome.progress()
                .pacing()
                .orElse("ADAPTIVE: " + PacingState.percent(state.speed()) + " of full speed");
        if (state.slowdowns() > 0 != slowed) {
            slowed = state.slowdowns() > 0;
            run.note("batch " + outcome.progress().number()
                    + (slowed ? " was slowed down; " : " was not slowed down any more; ") + text);
        }
        batches++;
        slowdowns += state.slowdowns();
        lowest = Math.min(lowest, state.speed());
        highest = Math.max(highest, state.speed());
        run.paced(text, state.pauseShare(), summary(text));
    }

    /** {@code 40 batches ended at 5.0 % to 100 % of full speed, slowed down 3 times; at last ADAPTIVE: …}. */
    private String summary(String last) {
        return batches + (batches == 1 ? " batch" : " batches") + " ended at "
                + (lowest == highest ? "" : PacingState.percent(lowest) + " to ") + PacingState.percent(highest)
                + " of full speed, slowed down " + slowdowns
                + (slowdowns == 1 ? " time" : " times") + "; at last " + last;
    }
}
