package io.slotferry.workflows.contract;

import io.slotferry.workflows.contract.ExpandRequest.Migration;
import java.util.List;
import java.util.Optional;

/**
 * How a batch ended. A worker that stops, or a cancel, ends it at a slot boundary with {@code complete} false: the same
 * order is then given again, or not.
 *
 * @param resumed slots that were owned by their targets already, or open, when this attempt began
 * @param millis that this attempt took
 * @param seen the processes at the ends of its lanes; absent from outcomes of earlier releases, and from those of a
 *     chain but the last
 * @param atomic what atomic migration had to do with it; empty where slots moved key by key alone
 * @param pacing what pacing ADAPTIVE has learnt; empty in the other modes
 * @param atGate what clients felt just before the batch; empty where it was under way already
 */
public record BatchOutcome(
        BatchProgress progress,
        boolean complete,
        int resumed,
        long millis,
        Optional<Processes> seen,
        Optional<Atomic> atomic,
        Optional<PacingState> pacing,
        Optional<ClientLatency.Look> atGate) {
    public BatchOutcome {
        // Absent from outcomes of earlier releases.
        seen = seen == null ? Optional.empty() : seen;
        atomic = atomic == null ? Optional.empty() : atomic;
        pacing = pacing == null ? Optional.empty() : pacing;
        atGate = atGate == null ? Optional.empty() : atGate;
    }

    /** A batch that moved key by key. */
    public BatchOutcome(BatchProgress progress, boolean complete, int resumed, long millis, Optional<Processes> seen) {
        this(progress, complete, resumed, millis, seen, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The same, with these processes: of the batches of a chain the last one alone tells of them, for all. */
    public BatchOutcome seeing(Optional<Processes> processes) {
        return new BatchOutcome(progress, complete, resumed, millis, processes, atomic, pacing, atGate);
    }

    /** How its slots moved in this attempt, KEYS or ATOMIC; empty where none did. */
    public Optional<Migration> movedBy() {
        if (atomic.filter(part -> part.jobs() > 0).isPresent()) {
            return Optional.of(Migration.ATOMIC);
        }
        return progress.slotsDone() > resumed ? Optional.of(Migration.KEYS) : Optional.empty();
    }

    /**
     * The part that the servers' own slot migration had in a batch.
     *
     * @param jobs that brought their slots to the target
     * @param failed jobs that did not
     * @param slotsByKeys slots that moved key by key in the end, since their jobs failed
     * @param why jobs failed, the first few
     */
    public record Atomic(int jobs, int failed, int slotsByKeys, List<String> why) {
        public Atomic {
            why = List.copyOf(why);
        }
    }
}
