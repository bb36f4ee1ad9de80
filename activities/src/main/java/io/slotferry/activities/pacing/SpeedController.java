package io.slotferry.activities.pacing;

import io.slotferry.activities.pacing.Reading.Excess;
import io.slotferry.workflows.contract.PacingState;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Decides on the speed of a batch: a bit faster after every look at which clients notice nothing, half as fast where they do
 * (additive increase, multiplicative decrease). It has no clock: it is given a look at a steady rate. Near the speed at which
 * clients noticed it last the steps are small at first, so that most looks are under the budget and not at its edge.
 *
 * <p>A latency that is somewhat over its limit is believed when it is so twice in a row, since one look in a dozen is worse
 * than all of the baseline by chance. One far over it, a node that does not answer, and a node that has too much to do are
 * believed at once.
 */
final class SpeedController {
    static final double SLOWEST = 0.02;

    private static final double STEP = 0.05;
    private static final double BACKOFF = 0.5;
    /** From this part of the speed that clients noticed, steps begin small. */
    private static final double NEAR = 0.9;

    private static final double SMALL_STEP = 0.02;
    private static final double STEP_GROWTH = 1.3;
    private static final double FAR_OVER = 2;
    private static final int SMALLEST_SHARE = 10;
    private static final int SHARE_AFTER_SLOWDOWN = 25;

    private final int budget;
    private final int shareBefore;
    private double level;
    private double noticed;
    private double step = STEP;
    private boolean suspected;
    private int slowdowns;
    private String why = "no look was taken yet";

    /**
     * A controller of one batch.
     *
     * @param budget in percent of the baselines
     * @param before where the batch before ended
     */
    SpeedController(int budget, PacingState before) {
        this.budget = budget;
        this.level = bounded(before.speed() / 100.0);
        this.shareBefore = before.pauseShare();
        remember(before.noticed() / 100.0);
    }

    /** What every node that takes part looks like now. */
    void look(List<Reading> readings) {
        Optional<String> pressure = readings.stream()
                .flatMap(reading -> pressures(reading).stream())
                .findFirst();
        Optional<Excess> worst = readings.stream()
                .flatMap(reading -> reading.latency(budget).stream())
                .max(Comparator.comparingDouble(Excess::ratio));
        double ratio = worst.map(Excess::ratio).orElse(0.0);
        boolean over = ratio > 1;
        if (pressure.isPresent() || ratio > FAR_OVER || (over && suspected)) {
            slowDown(pressure.or(() -> worst.map(Excess::text)).orElseThrow());
            return;
        }
        suspected = over;
        if (!over) {
            speedUp();
        }
        why = worst.map(Excess::text).orElse("no node takes part");
    }

    private static List<String> pressures(Reading reading) {
        return reading.felt().isEmpty() ? List.of(reading.node() + " did not answer the probe") : reading.pressures();
    }

    private void remember(double speed) {
        noticed = speed;
        step = speed == 0 ? STEP : speed * SMALL_STEP;
    }

    private void speedUp() {
        double near = NEAR * noticed;
        if (level < near) {
            level = bounded(Math.min(near, level + STEP));
            return;
        }
        level = bounded(level + step);
        step = Math.min(STEP, step * STEP_GROWTH);
    }

    private void slowDown(String reason) {
        remember(level);
        level = bounded(level * BACKOFF);
        suspected = false;
        slowdowns++;
        why = reason;
    }

    private static double bounded(double level) {
        return Math.max(SLOWEST, Math.min(1, level));
    }

    /** As part of full speed, from {@value #SLOWEST} to 1. */
    double level() {
        return level;
    }

    private static int percent(double level) {
        return (int) Math.round(level * 100);
    }

    /** Where the batch stands, and what the next pause is to be: half of the one before, or longer where clients noticed. */
    PacingState state(PacingState before) {
        return new PacingState(before.baselines(), percent(level), percent(noticed), pauseShare(), slowdowns);
    }

    private int pauseShare() {
        if (slowdowns > 0) {
            return Math.min(100, Math.max(SHARE_AFTER_SLOWDOWN, 2 * shareBefore));
        }
        return shareBefore / 2 < SMALLEST_SHARE ? 0 : shareBefore / 2;
    }

    /** For a person. */
    String text() {
        return "ADAPTIVE: " + percent(level) + " % of full speed; " + why;
    }
}
