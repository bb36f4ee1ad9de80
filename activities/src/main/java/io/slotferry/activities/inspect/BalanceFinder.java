package io.slotferry.activities.inspect;

import io.slotferry.activities.inspect.Inspection.MasterLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** How unevenly slots, keys and memory lie on the masters that own slots. */
final class BalanceFinder {
    /** As redis-cli --cluster rebalance leaves alone: shares within 2 %; here a person is told from ten on. */
    private static final double TOLD_FROM_PERCENT = 10;
    /** Fewer than these say nothing about shares. */
    private static final long FEW_KEYS = 1_000;

    private static final long LITTLE_MEMORY = 100L << 20;

    private BalanceFinder() {}

    static Optional<Finding> find(List<MasterLine> all) {
        List<MasterLine> masters =
                all.stream().filter(line -> !line.slots().isEmpty()).toList();
        List<String> seen = new ArrayList<>();
        uneven("slots", masters, line -> (long) line.slots().size(), 0).ifPresent(seen::add);
        uneven("keys", masters, MasterLine::keys, FEW_KEYS).ifPresent(seen::add);
        uneven("memory", masters, MasterLine::memory, LITTLE_MEMORY).ifPresent(seen::add);
        int empty = all.size() - masters.size();
        if (empty > 0) {
            seen.add(Printed.capital(Printed.count(empty, "master")) + (empty == 1 ? " owns" : " own") + " no slot.");
        }
        return seen.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.of(
                        FindingKind.UNEVEN_SHARES,
                        "Masters have uneven shares",
                        seen,
                        "Nothing is broken; the fullest master is the first to run out of memory or CPU.",
                        "slotferry expand evens out slots while it adds nodes."));
    }

    private static Optional<String> uneven(
            String what, List<MasterLine> masters, ToLongFunction<MasterLine> figure, long least) {
        if (masters.size() < 2) {
            return Optional.empty();
        }
        long total = masters.stream().mapToLong(figure).sum();
        double mean = (double) total / masters.size();
        MasterLine most = masters.stream()
                .max((a, b) -> Long.compare(figure.applyAsLong(a), figure.applyAsLong(b)))
                .orElseThrow();
        double above = mean == 0 ? 0 : 100 * (figure.applyAsLong(most) / mean - 1);
        return total < least || above < TOLD_FROM_PERCENT
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT, "%s has %.0f %% more %s than the average master.", most.address(), above, what));
    }
}
