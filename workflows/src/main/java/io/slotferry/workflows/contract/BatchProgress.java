package io.slotferry.workflows.contract;

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
 */
public record BatchProgress(
        int number,
        int slotsDone,
        int slots,
        long keysMoved,
        long bytesMoved,
        Optional<String> pacing,
        Optional<ClientLatency> latency) {
    public BatchProgress {
        // Absent from what earlier releases reported.
        pacing = pacing == null ? Optional.empty() : pacing;
        latency = latency == null ? Optional.empty() : latency;
    }

    /** Of a batch that is not paced by what clients feel. */
    public BatchProgress(int number, int slotsDone, int slots, long keysMoved, long bytesMoved) {
        this(number, slotsDone, slots, keysMoved, bytesMoved, Optional.empty(), Optional.empty());
    }
}
