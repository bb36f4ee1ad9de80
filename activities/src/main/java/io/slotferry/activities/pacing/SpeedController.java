package io.slotferry.activities.pacing;

import io.slotferry.activities.pacing.Reading.Latency;
import io.slotferry.activities.pacing.Reading.Standing;
import io.slotferry.workflows.contract.PacingState;
import io.slotferry.workflows.contract.PacingState.Trend;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Decides on the speed of a batch: a bit faster after every look at which clients notice little, half as fast where they do
 * (additive increase, multiplicative decrease), and a slow speed by no larger part of itself than the look adds to what is
 * known. It has no clock: it is given a look at a steady rate. Near the speed at which clients noticed it last the steps are
 * small at first, so that most looks are under the budget and not at its edge.
 *
 * <p>A single look says little: half a second has some sixty answers of a node, and the highest of these is about its p99. So
 * every look is taken into a trend, over all nodes that take part and over the last looks: how means stand to those of the
 * baselines, and how many answers in a hundred are late. It has to be over the budget by more than chance makes of it. A trend
 * goes on from batch to batch, since a batch may be shorter than it takes to tell a p99. A mean far over its baseline, a
 * node that does not answer, and a node that has too much to do are believed at once.
 */
final class SpeedController {
    static final double SLOWEST = 0.001;

    private static final double STEP = 0.01;

    /** No step is larger than this part of the speed, however many nodes answer. */
    private static final double LARGEST_STEP = 0.25;

    private static final double BACKOFF = 0.5;
    /** From this part of the speed that clients noticed, steps begin small. */
    private static final double NEAR = 0.9;

    private static final double SMALL_STEP = 0.005;
    private static final double STEP_GROWTH = 1.3;
    private static final double WEIGHT_OF_LOOK = 0.25;
    /** One look at one node says no more than that. */
    private static final double MOST_OF_LOOK = 3;

    /** Of a mean: every client is hit, not one in a hundred. */
    private static final double FAR_OVER = 3;

    /**
     * Two standard deviations of a trend over one node, as part of how far the highest of sixteen looks lies over the usual
     * one (1.8 deviations), with a look's weight of a quarter (a seventh of the variance): 2 / 1.8 / √7.
     */
    private static final double CHANCE = 0.42;

    /** Of answers while nothing moves, since it is their p99 that makes others late. */
    private static final double USUALLY_LATE = 0.01;

    /** A trend of late answers is of about twice as many. */
    private static final double ANSWERS_OF_TREND = 16_000;

    /** Two standard deviations of that trend, in parts of one in a hundred. */
    private static final double CHANCE_OF_LATE = 0.11;

    private static final double MOST_LATE_OF_LOOK = 10;

    /** So many late answers of one look, besides three times as many as usual, are chance once in a hundred thousand looks. */
    private static final double LATE_AT_ONCE = 4;

    private static final int SMALLEST_SHARE = 10;
    private static final int SHARE_AFTER_SLOWDOWN = 25;

    private final int budget;
    private final int shareBefore;
    private double level;
    private double noticed;
    private double step = STEP;
    private Trend trend;
    private int slowdowns;
    private Optional<Cause> slowedFor = Optional.empty();
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
        this.trend = before.trend();
        remember(before.noticed() / 100.0);
    }

    /** What every node that takes part looks like now. */
    void look(List<Reading> readings) {
        slowedFor = Optional.empty();
        Optional<Pressure> pressure = readings.stream()
                .flatMap(reading -> pressures(reading).stream())
                .findFirst();
        if (pressure.isPresent()) {
            slowDown(pressure.get().cause(), pressure.get().text());
            return;
        }
        Figure mean = Figure.of(readings.stream()
                .map(reading -> reading.mean(reading.felt().orElseThrow()))
                .toList());
        Figure p99 = Figure.of(readings.stream()
                .map(reading -> reading.p99(reading.felt().orElseThrow()))
                .toList());
        trend = new Trend(mean.smoothed(trend.mean()), late(readings, trend.p99()));
        Optional<String> over = mean.worst() > FAR_OVER
                ? Optional.of(mean.text())
                : mean.over(trend.mean(), budget)
                        .or(() -> trend.p99() > 1 + CHANCE_OF_LATE || manyLate(readings)
                                ? Optional.of(p99.text())
                                : Optional.empty());
        if (over.isPresent()) {
            slowDown(Cause.LATENCY, over.get() + ", budget " + budget + " %");
        } else {
            if (!mean.near(trend.mean(), budget) && trend.p99() <= 1 + CHANCE_OF_LATE / 2) {
                speedUp(Math.min(LARGEST_STEP, weight(readings)));
            }
            why = (mean.worst() > p99.worst() ? mean : p99).text() + ", budget " + budget + " %";
        }
    }

    /** How many of the last answers of all nodes were late: 1 is one in a hundred. */
    private static double late(List<Reading> readings, double before) {
        double answers = sum(readings, Latency::answers);
        if (answers == 0) {
            return before;
        }
        double share = sum(readings, Latency::late) / answers / USUALLY_LATE;
        return before + weight(readings) * (Math.min(MOST_LATE_OF_LOOK, share) - before);
    }

    /** Which part of what is known of late answers is this look's. */
    private static double weight(List<Reading> readings) {
        return Math.min(1, sum(readings, Latency::answers) / ANSWERS_OF_TREND);
    }

    /** Whether this look alone shows it. */
    private static boolean manyLate(List<Reading> readings) {
        return sum(readings, Latency::late) > LATE_AT_ONCE + 3 * USUALLY_LATE * sum(readings, Latency::answers);
    }

    private static double sum(List<Reading> readings, ToLongFunction<Latency> count) {
        return readings.stream()
                .mapToLong(reading -> count.applyAsLong(reading.felt().orElseThrow()))
                .sum();
    }

    private static List<Pressure> pressures(Reading reading) {
        return reading.felt().isEmpty()
                ? List.of(new Pressure(Cause.NO_ANSWER, reading.node() + " did not answer the probe"))
                : reading.pressures();
    }

    /**
     * One figure of all nodes at one look.
     *
     * @param ratio the nodes' average
     * @param chance how much of a trend over these nodes may be chance
     * @param worst the highest ratio of a node, which {@code text} tells of
     */
    private record Figure(double ratio, double chance, double worst, String text) {
        static Figure of(List<Standing> standings) {
            Optional<Standing> worst = standings.stream().max(Comparator.comparingDouble(Standing::ratio));
            return new Figure(
                    standings.stream()
                            .mapToDouble(standing -> Math.min(MOST_OF_LOOK, standing.ratio()))
                            .average()
                            .orElse(1),
                    CHANCE
                            * standings.stream()
                                    .mapToDouble(Standing::spread)
                                    .average()
                                    .orElse(0)
                            / Math.sqrt(Math.max(1, standings.size())),
                    worst.map(Standing::ratio).orElse(1.0),
                    worst.map(Standing::text).orElse("no node takes part"));
        }

        double smoothed(double before) {
            return before + WEIGHT_OF_LOOK * (ratio - before);
        }

        Optional<String> over(double trend, int budget) {
            return trend > 1 + margin(budget) ? Optional.of(text) : Optional.empty();
        }

        /** Whether it is no time to become faster. */
        boolean near(double trend, int budget) {
            return trend > 1 + margin(budget) / 2;
        }

        private double margin(int budget) {
            return Math.max(budget / 100.0, chance);
        }
    }

    private void remember(double speed) {
        noticed = speed;
        step = speed == 0 ? STEP : speed * SMALL_STEP;
    }

    /**
     * A step faster.
     *
     * @param largest part of the speed: as much as the look adds to what is known of late answers. A speed that grows faster than
     *     that is over the budget, and the move over, before it is known
     */
    private void speedUp(double largest) {
        double near = NEAR * noticed;
        if (level < near) {
            level = bounded(Math.min(near, level + Math.min(STEP, largest * level)));
            return;
        }
        level = bounded(level + Math.min(step, largest * level));
        step = Math.min(STEP, step * STEP_GROWTH);
    }

    private void slowDown(Cause cause, String reason) {
        slowedFor = Optional.of(cause);
        remember(level);
        level = bounded(level * BACKOFF);
        // Nor does it become faster before fewer answers are late than were allowed until now.
        trend = new Trend(1, 1 + CHANCE_OF_LATE / 2);
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

    /** What the last look slowed it down for; empty where it did not. */
    Optional<Cause> slowedFor() {
        return slowedFor;
    }

    /** In percent, fine enough for what a single look adds at the slowest speed: a batch may be no longer. */
    private static double percent(double level) {
        return Math.round(level * 10_000_000) / 100_000.0;
    }

    /** Where the batch stands, and what the next pause is to be: half of the one before, or longer where it cannot go slower. */
    PacingState state(PacingState before) {
        return new PacingState(before.baselines(), percent(level), percent(noticed), pauseShare(), slowdowns, trend);
    }

    private int pauseShare() {
        if (slowdowns > 0 && level == SLOWEST) {
            return Math.min(100, Math.max(SHARE_AFTER_SLOWDOWN, 2 * shareBefore));
        }
        return shareBefore / 2 < SMALLEST_SHARE ? 0 : shareBefore / 2;
    }

    /** For a person. */
    String text() {
        return "ADAPTIVE: " + PacingState.percent(percent(level)) + " of full speed; " + why;
    }
}
