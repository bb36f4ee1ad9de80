package io.slotferry.activities.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.bigkeys.ClusterScan;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.ConnectionName;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.BigKeys.BigKey;
import io.slotferry.workflows.contract.ByteSize;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at every key for those that are too big to be moved unnoticed. */
final class BigKeyFinder {
    private final ClusterReader reader;

    BigKeyFinder(ClusterReader reader) {
        this.reader = reader;
    }

    /** Empty where no key is over the limit. */
    Optional<Finding> find(ClusterAccess access, BigKeyLimits limits) {
        BigKeys found;
        try {
            found = new ClusterScan(reader, new Onlooker(), limits, Pacing.Mode.STEADY).scan(access);
        } catch (Halted e) {
            return Optional.of(Finding.of(
                    FindingKind.BIG_KEY,
                    "Big keys were not looked for",
                    List.of(e.halt().message()),
                    "Which node has which keys is known where all nodes agree.",
                    "Mend what is named above, then run slotferry inspect again."));
        }
        if (found.count() == 0) {
            return Optional.empty();
        }
        List<String> seen = new ArrayList<>();
        found.keys().stream().map(BigKey::text).map(text -> text + ".").forEach(seen::add);
        if (found.count() > found.keys().size()) {
            seen.add("And " + (found.count() - found.keys().size()) + " more.");
        }
        return Optional.of(Finding.of(
                FindingKind.BIG_KEY,
                Printed.capital(Printed.count(found.count(), "key"))
                        + (found.count() == 1 ? " is" : " are") + " over " + limits.limit() + " ("
                        + Printed.count(found.scanned(), "key") + " were looked at)",
                seen,
                "MIGRATE of such a key blocks source and target, and a block longer than cluster-node-timeout may end in a"
                        + " failover. An expansion leaves the slots of keys over " + limits.limit()
                        + " where they are, and never moves one over "
                        + ByteSize.text(limits.hardLimit().bytes()) + " by MIGRATE.",
                "Split them, or delete them with UNLINK where they are not needed."));
    }

    /** Nobody waits for its word, and nothing is changed. */
    private static final class Onlooker implements Lifeline {
        @Override
        public ConnectionName connectionName() {
            throw new IllegalStateException("an inspection changes nothing");
        }

        @Override
        public void assertMayChange(Duration limit) {
            throw new IllegalStateException("an inspection changes nothing");
        }

        @Override
        public boolean stopRequested() {
            return false;
        }

        @Override
        public void report(JsonNode details) {
            // The process that would go on from here is this one.
        }

        @Override
        public void sync() {
            // Nobody waits for its word.
        }

        @Override
        public Optional<JsonNode> lastReport() {
            return Optional.empty();
        }
    }
}
