package io.slotferry.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What became of a figure while something went on, beside the same figure in controls in which nothing did (A/A).
 *
 * @param figure its name
 * @param change in percent of the controls
 * @param spread how far the controls lie apart, in percent
 */
record BesideControls(String figure, double change, double spread) {
    /** By more percent than this controls lie apart only where the machine has other things to do. */
    static final int INVALID = 50;

    private static final int TOLERATED = 10;

    /** By the medians. */
    static BesideControls of(String figure, Repeated controls, Repeated during) {
        return new BesideControls(figure, (during.median() / controls.median() - 1) * 100, controls.spread());
    }

    /** Whether the controls say anything; where nothing was measured they do not. */
    boolean valid() {
        return spread <= INVALID;
    }

    /** Whether it rose by 10 % at most, or by what the controls lie apart where that is more. */
    boolean within() {
        return change <= Math.max(TOLERATED, spread);
    }

    /** In a line. */
    static String verdict(List<BesideControls> figures) {
        String all = figures.stream()
                .map(one -> String.format(Locale.ROOT, "%s %+.0f %% (%.0f %%)", one.figure, one.change, one.spread))
                .collect(Collectors.joining(", "));
        if (!figures.stream().allMatch(BesideControls::valid)) {
            return "INVALID, controls lie more than " + INVALID + " % apart: this machine has other things to do; "
                    + all;
        }
        boolean within = figures.stream().allMatch(BesideControls::within);
        return (within ? "" : "NOT ") + "within " + TOLERATED + " % or what the controls lie apart: " + all;
    }
}
