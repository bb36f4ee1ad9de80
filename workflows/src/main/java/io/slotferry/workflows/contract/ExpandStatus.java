package io.slotferry.workflows.contract;

import io.slotferry.workflows.contract.ExpandRequest.Migration;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where a run stands: the answer of the query {@code status}, from which CLI, Web UI and JSON are drawn.
 *
 * @param cluster the request's name; empty while the request is not read yet
 * @param why what it waits for, does, or halted on; one line
 * @param until when a waiting ends by itself
 * @param halt while HALTED
 * @param planText empty before the plan is made
 * @param batch the one in hand, or the last finished, from 1; 0 before the first; in phase ROLLBACK this and the figures
 *     that follow are those of the way back
 * @param keysExpected 0 where nobody can tell
 * @param timeLeft expected, of the reshard; empty where not known yet
 * @param legal the commands that would be accepted now
 * @param keysPerSecond while batches move, their pauses left out; empty before the first is done
 * @param tuning how it goes now, retuned or as the request said; empty while the request is not read yet
 * @param bytesMoved as MEMORY USAGE estimates
 * @param migration how slots moved of late, KEYS or ATOMIC; empty before the first batch is done
 * @param pacing how fast pacing ADAPTIVE let the last batch go, and why; empty before, and in the other modes
 * @param latency what clients felt lately, and before the first batch; empty before that
 */
public record ExpandStatus(
        String workflowId,
        String runId,
        String cluster,
        RunState state,
        Phase phase,
        String why,
        Optional<Instant> until,
        Optional<Halt> halt,
        Optional<PreflightReport> preflight,
        String fingerprint,
        String planText,
        int batch,
        int batches,
        int slotsMoved,
        int slots,
        long keysMoved,
        long keysExpected,
        Optional<Duration> timeLeft,
        List<RunState.Command> legal,
        List<String> warnings,
        List<ExpandResult.Note> trail,
        Instant startedAt,
        Optional<Long> keysPerSecond,
        Optional<Tuning> tuning,
        long bytesMoved,
        Optional<Migration> migration,
        Optional<String> pacing,
        Optional<ClientLatency> latency) {

    public ExpandStatus {
        legal = List.copyOf(legal);
        warnings = List.copyOf(warnings);
        trail = List.copyOf(trail);
        // Answers of earlier releases have none.
        keysPerSecond = keysPerSecond == null ? Optional.empty() : keysPerSecond;
        tuning = tuning == null ? Optional.empty() : tuning;
        migration = migration == null ? Optional.empty() : migration;
        pacing = pacing == null ? Optional.empty() : pacing;
        latency = latency == null ? Optional.empty() : latency;
    }
}
