package io.slotferry.benchmarks;

import io.slotferry.sandbox.race.OpenLoop.Felt;
import io.slotferry.sandbox.race.Outcome;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What contenders did, in lines below each other.
 *
 * @param clients whether there were any, and so something to tell of them
 */
record MoveTable(boolean clients) {
    /** What one contender did in one round; without clients there is nothing to tell of them. */
    record Figures(double seconds, int slots, long keys, Optional<Outcome> outcome) {
        Felt before() {
            return outcome.orElseThrow().before();
        }

        Felt during() {
            return outcome.orElseThrow().during();
        }
    }

    String header() {
        return String.format(
                        Locale.ROOT, "%-30s %8s %10s %10s %8s %7s", "", "seconds", "keys", "keys/s", "slots/s", "ratio")
                + (!clients
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " | %6s %6s %6s %7s | %6s %6s %6s %7s",
                                "mean",
                                "p99",
                                "p99.9",
                                "worst",
                                "mean",
                                "p99",
                                "p99.9",
                                "worst"));
    }

    String line(String name, List<Figures> figures, List<Figures> beside) {
        double seconds = median(figures, Figures::seconds);
        String ratio =
                beside.isEmpty() ? "" : String.format(Locale.ROOT, "%.1fx", median(beside, Figures::seconds) / seconds);
        return String.format(
                        Locale.ROOT,
                        "%-30s %8.2f %,10d %,10.0f %,8.0f %7s",
                        name,
                        seconds,
                        figures.get(0).keys(),
                        figures.get(0).keys() / seconds,
                        figures.get(0).slots() / seconds,
                        ratio)
                + (!clients ? "" : felt(figures, Figures::before) + felt(figures, Figures::during));
    }

    private static String felt(List<Figures> figures, Function<Figures, Felt> when) {
        return String.format(
                Locale.ROOT,
                " | %6.2f %6.2f %6.1f %7.1f",
                median(figures, figure -> when.apply(figure).mean()),
                median(figures, figure -> when.apply(figure).p99()),
                median(figures, figure -> when.apply(figure).p999()),
                median(figures, figure -> when.apply(figure).worst()));
    }

    private static double median(List<Figures> figures, ToDoubleFunction<Figures> figure) {
        return Repeated.of(figures.stream().mapToDouble(figure)).median();
    }

    /** Of the round whose time is the median, or the next longer one. */
    static Outcome typical(List<Figures> figures) {
        return figures.stream()
                .sorted(Comparator.comparingDouble(Figures::seconds))
                .skip(figures.size() / 2)
                .findFirst()
                .flatMap(Figures::outcome)
                .orElseThrow();
    }
}
