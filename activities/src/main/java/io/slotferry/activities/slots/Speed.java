package io.slotferry.activities.slots;

import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import java.time.Duration;

/**
 * How hard a batch presses on its nodes.
 *
 * @param window slots of a lane that are open together
 * @param callBudget how long the calls that are sent together may block source and target
 */
record Speed(int window, Duration callBudget) {
    static Speed of(Pacing.Mode mode) {
        return switch (mode) {
            case STEADY -> new Speed(8, Duration.ofMillis(5));
            case FAST -> new Speed(64, Duration.ofMillis(50));
        };
    }
}
