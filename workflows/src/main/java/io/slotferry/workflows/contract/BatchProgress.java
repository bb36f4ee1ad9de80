package io.slotferry.workflows.contract;

import java.util.List;
import java.util.Optional;

/**
 * How far a batch is: the heartbeat's detail while it moves, and part of its outcome. A hint for people; what is true is
 * what the nodes own.
 *
 * @param slotsDone slots of the batch that their targets own, those moved by earlier attempts included
 * @param keysMoved by this attempt
 * @param bytesMoved by this attempt, as MEMORY USAGE estimates
 * @param pacing how fast pacing ADAPTIVE lets it go, and why; empty in the other modes
 * @param latency what clients feel meanwhile; in pacing ADAPTIVE alone
 * @param earlier what the batches before it moved that the same activity did, of which the run learns when it ends; in
 *     heartbeats alone
 */
public record BatchProgress(
        int number,
        int slotsDone,
        int slots,
        long keysMoved,
        long bytesMoved,
        Optional<String> pacing,
        Optional<ClientLatency> latency,
        Optional<Earlier> earlier) {
    public BatchProgress {
        // Absent from what earlier releases reported.
        pacing = pacing == null ? Optional.empty() : pacing;
        latency = latency == null ? Optional.empty() : latency;
        earlier = earlier == null ? Optional.empty() : earlier;
    }

    /** What finished batches moved. */
    public record Earlier(int batches, int slots, long keys, long bytes) {
        public static final Earlier NONE = new Earlier(0, 0, 0, 0);

        public static Earlier of(List<BatchOutcome> done) {
            return new Earlier(
                    done.size(),
                    done.stream()
                            .mapToInt(outcome -> outcome.progress().slotsDone())
                            .sum(),
                    done.stream()
                            .mapToLong(outcome -> outcome.progress().keysMoved())
                            .sum(),
                    done.stream()
                            .mapToLong(outcome -> outcome.progress().bytesMoved())
                            .sum());
        }
    }

    /** Of a batch that is not paced by what clients feel. */
    public BatchProgress(int number, int slotsDone, int slots, long keysMoved, long bytesMoved) {
        this(number, slotsDone, slots, keysMoved, bytesMoved, Optional.empty(), Optional.empty());
    }

    /** The first batch of its activity, or the only one. */
    public BatchProgress(
            int number,
            int slotsDone,
            int slots,
            long keysMoved,
            long bytesMoved,
            Optional<String> pacing,
            Optional<ClientLatency> latency) {
        this(number, slotsDone, slots, keysMoved, bytesMoved, pacing, latency, Optional.empty());
    }
}
