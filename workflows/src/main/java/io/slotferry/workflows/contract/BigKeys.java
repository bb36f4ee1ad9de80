package io.slotferry.workflows.contract;

import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a look at every key found.
 *
 * @param scanned how many keys were looked at
 * @param keys those over the limit, the biggest first, {@value #MOST_NAMED} at most
 * @param count how many keys are over the limit
 * @param overLimit the slots of all keys over the limit
 * @param overHardLimit those among them with a key over the hard limit
 */
public record BigKeys(long scanned, List<BigKey> keys, long count, SlotRanges overLimit, SlotRanges overHardLimit) {

    /** More keys than these are counted, not named. */
    public static final int MOST_NAMED = 20;

    private static final int MOST_IN_ONE_LINE = 5;

    /** Nothing was looked at, or nothing is big. */
    public static final BigKeys NONE = new BigKeys(0, List.of(), 0, SlotRanges.none(), SlotRanges.none());

    public BigKeys {
        keys = List.copyOf(keys);
    }

    /** The name of the check that this answers. */
    public static final String CHECK = "big-keys";

    /** What is to be said of the acceptance of big keys where there are none; empty else. */
    public List<String> unneeded(ExpandRequest request) {
        return count == 0 && request.accept().contains(CHECK) ? List.of(CHECK + " (nothing of it failed)") : List.of();
    }

    /** As a preflight check. Keys over the limit do not stand in the way by themselves: the plan goes round their slots. */
    public CheckResult answer(BigKeyLimits limits) {
        String looked = String.format(
                Locale.ROOT, scanned == 1 ? "%,d key was looked at, " : "%,d keys were looked at, ", scanned);
        String limit = ByteSize.text(limits.limit().bytes());
        if (count == 0) {
            return new CheckResult(CHECK, Optional.empty(), Verdict.PASS, looked + "none is over " + limit, "", false);
        }
        String named = keys.stream().limit(MOST_IN_ONE_LINE).map(BigKey::text).collect(Collectors.joining("; "));
        return new CheckResult(
                CHECK,
                Optional.empty(),
                Verdict.WARN,
                looked
                        + String.format(
                                Locale.ROOT,
                                "%,d over %s in %,d %s: ",
                                count,
                                limit,
                                overLimit.size(),
                                overLimit.size() == 1 ? "slot" : "slots")
                        + named
                        + (count > Math.min(MOST_IN_ONE_LINE, keys.size()) ? "; and more" : ""),
                "their slots stay where they are, if a plan can go round them; else split the keys, delete them with UNLINK,"
                        + " let the application move them, or accept \"" + CHECK + "\"",
                false);
    }

    /**
     * A key over the limit.
     *
     * @param name as redis-cli prints it, cut where it is long
     * @param type as TYPE says
     * @param bytes MEMORY USAGE
     * @param node that was asked
     * @param block how long its MIGRATE would block source and target, estimated
     * @param nodeTimeout cluster-node-timeout of that node: a longer block may end in a failover
     * @param measured whether the block is judged by DUMPs that were timed, else by the key's size alone
     */
    public record BigKey(
            String name,
            int database,
            int slot,
            String type,
            long bytes,
            NodeAddress node,
            Duration block,
            Duration nodeTimeout,
            boolean measured) {

        /** For a person: {@code cart:42 (hash, 13.0 MB, slot 93): MIGRATE would block for about 0.2 s (measured), …}. */
        public String text() {
            return name + " (" + type + ", " + ByteSize.text(bytes) + ", slot " + slot
                    + (database == 0 ? "" : ", database " + database) + "): MIGRATE would block for about "
                    + seconds(block) + (measured ? " (measured by DUMP)" : " (by its size)")
                    + ", cluster-node-timeout is " + seconds(nodeTimeout);
        }

        private static String seconds(Duration time) {
            return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1_000.0);
        }
    }
}
