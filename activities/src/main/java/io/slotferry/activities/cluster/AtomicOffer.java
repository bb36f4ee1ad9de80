package io.slotferry.activities.cluster;

import io.slotferry.activities.redis.MigrationJobs;
import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether nodes offer atomic slot migration, all by the same command. A replica counts, since it may become a master in the
 * middle of a batch.
 *
 * @param kind {@link Kind#NONE} where one of them does not
 * @param without why not: that none does, else the nodes that offer none, or which offers what
 */
public record AtomicOffer(Kind kind, List<String> without) {
    /** By what each of these nodes said. */
    public static AtomicOffer of(Map<NodeAddress, MigrationJobs> answers) {
        List<String> without = new ArrayList<>();
        TreeSet<Kind> kinds = new TreeSet<>();
        answers.forEach((address, jobs) -> {
            kinds.add(jobs.kind());
            if (jobs.kind() == Kind.NONE) {
                without.add(address + " offers no atomic slot migration");
            }
        });
        if (kinds.equals(Set.of(Kind.NONE))) {
            return new AtomicOffer(Kind.NONE, List.of("no node offers atomic slot migration"));
        }
        if (without.isEmpty() && kinds.size() > 1) {
            answers.forEach((address, jobs) ->
                    without.add(address + " offers " + jobs.kind().command()));
        }
        return new AtomicOffer(without.isEmpty() && !kinds.isEmpty() ? kinds.first() : Kind.NONE, without);
    }

    /** Whether slots move by it, where the request wants this. */
    public boolean isTaken(Migration wanted) {
        return kind != Kind.NONE && isTakenWhereOffered(wanted);
    }

    /** Whether nodes have to be asked for it at all. */
    public static boolean isTakenWhereOffered(Migration wanted) {
        return wanted != Migration.KEYS;
    }
}
