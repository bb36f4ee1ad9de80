package io.slotferry.workflows.contract;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a run ended: the workflow's result, and a failed run's detail.
 *
 * @param outcome one of the closed states
 * @param nothingToDo whether the request was satisfied before the run began
 * @param halt why it ended, where it did not complete
 * @param moved towards the plan
 * @param returned by the way back; empty where no slot was to be returned
 * @param validation empty where the run ended before that phase
 * @param next what a person may do now
 * @param backup that was made; empty where the run ended before that, or made none
 * @param withoutBackup whether the cluster was changed without a backup, as the request said
 * @param pacing what pacing ADAPTIVE decided, for a person; empty in the other modes
 */
public record ExpandResult(
        String workflowId,
        String runId,
        String cluster,
        RunState outcome,
        boolean nothingToDo,
        Optional<Halt> halt,
        String fingerprint,
        String planText,
        PreflightReport preflight,
        Moved moved,
        Optional<Moved> returned,
        Optional<ValidationReport> validation,
        List<String> warnings,
        List<Note> trail,
        Instant startedAt,
        Instant endedAt,
        String next,
        Optional<Backup> backup,
        boolean withoutBackup,
        Optional<String> pacing) {

    public ExpandResult {
        warnings = List.copyOf(warnings);
        trail = List.copyOf(trail);
        // Results of earlier releases have none.
        backup = backup == null ? Optional.empty() : backup;
        pacing = pacing == null ? Optional.empty() : pacing;
    }

    /** Whether it ended where the request said it should ({@code stopAfter}), before anything changed. */
    public boolean rehearsed() {
        return outcome == RunState.COMPLETED && !nothingToDo && validation.isEmpty();
    }

    /**
     * What was moved.
     *
     * @param reshard from the first batch's start to the last one's end, waiting included
     */
    public record Moved(
            int batches, int batchesPlanned, int slots, int slotsPlanned, long keys, long bytes, Duration reshard) {}

    /** A line of the audit trail: a command and who gave it, a halt, a phase's begin. */
    public record Note(Instant at, String what) {}
}
