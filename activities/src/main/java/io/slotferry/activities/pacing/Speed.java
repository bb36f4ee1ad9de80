package io.slotferry.activities.pacing;

import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import java.time.Duration;

/**
 * How hard a batch presses on its nodes.
 *
 * @param window slots of a lane that are open together
 * @param callBudget how long the calls that are sent together may block source and target
 * @param duty which part of its time a lane is at work, from 0 to 1; it rests for the other
 * @param lanes of those that the order allows, the part that is at work together, from 0 to 1
 */
public record Speed(int window, Duration callBudget, double duty, double lanes) {
    /**
     * Whatever the speed, all nodes write nodes.conf for each window that changes hands, with an fsync, for which their clients
     * wait: so there are few.
     */
    private static final int WINDOW = 128;

    private static final Duration LONGEST_CALL = Duration.ofMillis(5);
    private static final Duration SHORTEST_CALL = Duration.ofNanos(250_000);

    /** That of a mode which keeps to one; ADAPTIVE begins anywhere. */
    public static Speed of(Pacing.Mode mode) {
        return switch (mode) {
            case STEADY -> new Speed(8, LONGEST_CALL, 1, 1);
            case FAST -> new Speed(64, Duration.ofMillis(50), 1, 1);
            case ADAPTIVE -> at(1);
        };
    }

    /**
     * A part of full speed. Calls become shorter first, since the longest call is what the slowest clients feel; below half
     * of full speed lanes rest, and fewer of them are at work. A call has a cost of its own, whatever it carries, so that
     * shorter ones would be no gentler: then it is rests that become longer, until hardly one client in a hundred meets a call.
     *
     * @param level from 0 to 1
     */
    static Speed at(double level) {
        long call = Math.round(level * LONGEST_CALL.toNanos());
        double part = Math.min(1, 2 * level);
        return new Speed(
                WINDOW,
                Duration.ofNanos(Math.max(SHORTEST_CALL.toNanos(), Math.min(LONGEST_CALL.toNanos(), call))),
                part,
                part);
    }
}
