package io.slotferry.activities.redis;

import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import java.util.List;
import java.util.Set;

/**
 * What a node says of atomic slot migrations.
 *
 * @param kind by which command it offers them
 * @param all jobs that it remembers, the newest first; both ends of a job know it
 */
public record MigrationJobs(Kind kind, List<Job> all) {
    private static final Set<String> ACROSS = Set.of("waiting-for-paused", "failover-requested", "failover-granted");

    public MigrationJobs {
        all = List.copyOf(all);
    }

    /** By which command a server migrates slots. */
    public enum Kind {
        /** Not at all. */
        NONE,
        /** Valkey 9.0 and later, asked at the source: CLUSTER MIGRATESLOTS, GETSLOTMIGRATIONS, CANCELSLOTMIGRATIONS. */
        MIGRATESLOTS,
        /** Redis 8.4 and later, asked at the target: CLUSTER MIGRATION IMPORT, STATUS, CANCEL. */
        IMPORT;

        /** For a person. */
        public String command() {
            return switch (this) {
                case NONE -> "none";
                case MIGRATESLOTS -> "CLUSTER MIGRATESLOTS";
                case IMPORT -> "CLUSTER MIGRATION IMPORT";
            };
        }
    }

    /** How a job stands. */
    public enum Stage {
        /** It is at work. */
        RUNNING,
        /** It failed, and the server begins it again by itself until it is cancelled (Redis, on the target). */
        FAILING,
        /** The node says that it is done. Who owns the slots is what counts. */
        SUCCEEDED,
        /** Failed or cancelled for good. */
        FAILED
    }

    /**
     * One job.
     *
     * @param exported whether the node that says so is the source
     * @param state in the server's own word
     * @param message why it failed; empty where it did not
     */
    public record Job(
            String id,
            boolean exported,
            NodeId source,
            NodeId target,
            SlotRanges slots,
            Stage stage,
            String state,
            String message) {
        /** Whether it may still move slots. */
        public boolean isOver() {
            return stage == Stage.SUCCEEDED || stage == Stage.FAILED;
        }

        /** Whether the target says that it has all keys, and that the slots are its own, or about to be (Valkey's states). */
        public boolean isAcross() {
            return stage == Stage.SUCCEEDED || (!exported && ACROSS.contains(state));
        }

        /** For a person. */
        public String text() {
            return "migration job " + id + " of slots " + slots + " from " + source.brief() + " to " + target.brief()
                    + ": " + state + (message.isEmpty() ? "" : " (" + message.strip() + ")");
        }
    }

    /** Those that are not over. */
    public List<Job> running() {
        return all.stream().filter(job -> !job.isOver()).toList();
    }
}
