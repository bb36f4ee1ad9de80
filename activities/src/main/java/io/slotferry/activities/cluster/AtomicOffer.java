package io.slotferry.activities.cluster;

import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.activities.redis.Node;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import java.util.ArrayList;
import java.util.List;
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
    private static final String ONE = "1";

    /**
     * What one node offers.
     *
     * @param databases how many it has, where that matters. Valkey (9.1.2) loses writes to database 0 while a slot with keys
     *     in several databases migrates, so one that is set up for several is taken for one that offers nothing
     */
    public record Offered(Kind kind, String databases) {
        private boolean isSafe() {
            return kind != Kind.MIGRATESLOTS || databases.equals(ONE);
        }

        private String lack() {
            return kind == Kind.NONE
                    ? " offers no atomic slot migration"
                    : " has several databases (cluster-databases " + databases
                            + "), in which atomic slot migration loses writes";
        }
    }

    /** Asks a node. */
    public static Offered asked(Node node) {
        Kind kind = node.migrationJobs().kind();
        return new Offered(
                kind,
                kind == Kind.MIGRATESLOTS ? node.config("cluster-databases").orElse(ONE) : ONE);
    }

    /** By what each of these nodes said; one that could not be asked offers nothing. */
    public static AtomicOffer of(Asked<Offered> asked) {
        List<String> without = new ArrayList<>();
        TreeSet<Kind> kinds = new TreeSet<>();
        asked.answers().forEach((address, offered) -> {
            kinds.add(offered.kind());
            if (offered.kind() == Kind.NONE || !offered.isSafe()) {
                without.add(address + offered.lack());
            }
        });
        asked.failures().keySet().forEach(address -> without.add(address + " could not be asked for it"));
        if (kinds.equals(Set.of(Kind.NONE))) {
            return new AtomicOffer(Kind.NONE, List.of("no node offers atomic slot migration"));
        }
        if (without.isEmpty() && kinds.size() > 1) {
            asked.answers()
                    .forEach((address, offered) ->
                            without.add(address + " offers " + offered.kind().command()));
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
