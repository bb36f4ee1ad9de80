package io.slotferry.workflows.expand;

import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.PlanText;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.CourseSoFar;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandResult.Note;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.PlanAnswer;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.RunState.Command;
import io.slotferry.workflows.contract.Settings;
import io.slotferry.workflows.contract.Tuning;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What a run knows of itself. Whoever listens is told of every change. */
final class Run {
    private final String workflowId = Workflow.getInfo().getWorkflowId();
    private final String runId = Workflow.getInfo().getRunId();
    private final Instant startedAt = now();
    private final Consumer<ExpandStatus> listener;
    private final Tally returned = new Tally();
    private final List<String> warnings = new ArrayList<>();
    private final List<Note> trail = new ArrayList<>();

    private Optional<ExpandRequest> request = Optional.empty();
    private RunState state = RunState.RUNNING;
    private Phase phase = Phase.PREFLIGHT;
    private String why = "reads the request";
    private Optional<Instant> until = Optional.empty();
    private Optional<Halt> halt = Optional.empty();
    private Optional<PreflightReport> preflight = Optional.empty();
    private Optional<PlanAnswer> planned = Optional.empty();
    private Optional<Backup> backup = Optional.empty();
    private boolean withoutBackup;
    private Optional<RunRecord> predecessor = Optional.empty();
    private Tally tally = new Tally();
    private Optional<String> pacing = Optional.empty();
    private Optional<String> pacingSummary = Optional.empty();
    private Optional<ClientLatency.Look> baseline = Optional.empty();
    private Optional<ClientLatency> latency = Optional.empty();
    private int pauseShare = 100;
    private boolean thresholdsRetuned;
    private boolean pausing;
    private boolean stopping;
    private boolean ending;

    Run(Consumer<ExpandStatus> listener) {
        this.listener = listener;
    }

    static Instant now() {
        return Instant.ofEpochMilli(Workflow.currentTimeMillis());
    }

    void accepted(ExpandRequest request) {
        this.request = Optional.of(request);
    }

    /** From now on it goes like this. */
    void retuned(Tuning tuning) {
        thresholdsRetuned |= !tuning.thresholds().equals(tuning().thresholds());
        request = request.map(before -> before.with(tuning));
        announce();
    }

    /** How it goes now, retuned or as the request said. */
    Tuning tuning() {
        return request.orElseThrow().tuning();
    }

    /** The request, with all that was retuned. */
    ExpandRequest request() {
        return request.orElseThrow();
    }

    /** Those that hold in the place of the ones that were written down before the first change. */
    Optional<Thresholds> retunedThresholds() {
        return thresholdsRetuned ? Optional.of(tuning().thresholds()) : Optional.empty();
    }

    /** In place of preflight and plan: what a run that is closed left. */
    void takesOver(ExpandRequest request, RunRecord record) {
        accepted(request);
        predecessor = Optional.of(record);
        planned(new PlanAnswer(
                Optional.of(record.plan()),
                PlanText.render(record.plan(), request.cluster().name()),
                record.members(),
                record.joinedBefore()));
    }

    /** Where the run that was taken over had come to. */
    void resumes(CourseSoFar course) {
        tally.resume(plan().orElseThrow(), course.batchesDone());
        note(course.batchesDone() + " of " + plan().orElseThrow().batches().size() + " batches were done before");
    }

    /** How activities reach the cluster. */
    ClusterAccess access() {
        return request.orElseThrow().access();
    }

    /** A phase begins. */
    void begin(Phase phase, String why) {
        this.phase = phase;
        note(phase.words() + ": " + why);
        now(why);
    }

    /** Within a phase, something else is done. */
    void now(String why) {
        set(RunState.RUNNING, why, Optional.empty(), Optional.empty());
    }

    /**
     * A batch in pacing ADAPTIVE has ended.
     *
     * @param pauseShare of the request's pause that is made now, in percent
     * @param summary of all such batches, for the report
     */
    void paced(String text, int pauseShare, String summary) {
        this.pacing = Optional.of(text);
        this.pauseShare = pauseShare;
        this.pacingSummary = Optional.of(summary);
        announce();
    }

    /** What clients feel stands beside what they felt before the first batch. */
    void felt(BatchOutcome outcome) {
        baseline = baseline.or(outcome::atGate);
        latency = outcome.progress()
                .latency()
                .or(() -> outcome.atGate().map(now -> ClientLatency.between(baseline.orElse(now), now)))
                .or(() -> latency);
        announce();
    }

    void awaiting(String why, Instant until) {
        note("waits: " + why);
        set(RunState.WAITING, why, Optional.of(until), Optional.empty());
    }

    /** Outside the window: before the first change it is the next phase that waits. */
    void awaitingWindow(String why, Instant until) {
        if (phase == Phase.PLAN) {
            phase = Phase.BACKUP;
        }
        awaiting(why, until);
    }

    /** The operator wants it to stop at the next batch boundary, or does not any more. */
    void pausing(boolean wanted) {
        pausing = wanted;
        announce();
    }

    void paused(String why) {
        note("paused" + why);
        set(RunState.PAUSED, "paused" + why + "; until resume", Optional.empty(), Optional.empty());
    }

    void halted(Halt halt) {
        note("halted: " + halt.message());
        set(RunState.HALTED, halt.message(), Optional.empty(), Optional.of(halt));
    }

    /** The way back begins. */
    void rollingBack(String why) {
        stopping = false;
        phase = Phase.ROLLBACK;
        note("rolling back: " + why);
        goingBack(why);
    }

    /** On the way back, something else is done. */
    void goingBack(String why) {
        set(RunState.ROLLING_BACK, why, Optional.empty(), Optional.empty());
    }

    /** On the way back, time has to pass. */
    void goingBackAt(Instant until, String why) {
        set(RunState.ROLLING_BACK, why, Optional.of(until), Optional.empty());
    }

    /** How the run ends is settled: no word changes it any more. */
    void ending() {
        ending = true;
    }

    void stopping(String why) {
        stopping = true;
        note("stopping: " + why);
        now(why);
    }

    void closed(RunState outcome, String why) {
        note("closed: " + outcome + ", " + why);
        set(outcome, why, Optional.empty(), Optional.empty());
    }

    private void set(RunState state, String why, Optional<Instant> until, Optional<Halt> halt) {
        this.state = state;
        this.why = why.lines().findFirst().orElse("");
        this.until = until;
        this.halt = halt;
        announce();
    }

    void preflight(PreflightReport report) {
        preflight = Optional.of(report);
    }

    void planned(PlanAnswer answer) {
        planned = Optional.of(answer);
        tally = new Tally();
        answer.plan().ifPresent(plan -> tally.left(plan.batches().size(), plan.movedSlots()));
    }

    void backedUp(Backup made) {
        backup = Optional.of(made);
        note("backup: " + made.parts().size() + " files, " + made.bytes() + " bytes in " + made.place());
        made.warnings().forEach(this::warn);
    }

    /** The one that was made last. */
    Optional<Backup> backup() {
        return backup;
    }

    /** The request says so in so many words. */
    void withoutBackup() {
        withoutBackup = true;
        note("NO BACKUP is made: the request says \"backup\": \"" + ExpandRequest.NO_BACKUP + "\"");
    }

    void note(String what) {
        trail.add(new Note(now(), what));
    }

    void warn(String warning) {
        if (!warnings.contains(warning)) {
            warnings.add(warning);
        }
        note("warning: " + warning);
        announce();
    }

    void announce() {
        listener.accept(status());
    }

    Tally tally() {
        return tally;
    }

    /** What went back. */
    Tally returned() {
        return returned;
    }

    RunState state() {
        return state;
    }

    Optional<Plan> plan() {
        return planned.flatMap(PlanAnswer::plan);
    }

    String fingerprint() {
        return plan().map(Plan::fingerprint).orElse("");
    }

    /** The cluster's members without the new nodes, ascending. */
    List<NodeId> members() {
        return planned.orElseThrow().members();
    }

    /** Those of the request's nodes that were members before this run. */
    List<NodeId> joinedBefore() {
        return planned.orElseThrow().joined();
    }

    /** What this run leaves for those who take it over. */
    RunRecord record(Settings prior) {
        return new RunRecord(
                request.orElseThrow(),
                plan().orElseThrow(),
                members(),
                joinedBefore(),
                prior,
                workflowId,
                runId,
                predecessors(),
                startedAt);
    }

    private List<String> predecessors() {
        return predecessor
                .map(record -> Stream.concat(record.predecessors().stream(), Stream.of(record.runId()))
                        .distinct()
                        .toList())
                .orElse(List.of());
    }

    /** What commands call this run: its cluster's name where that finds it, else its workflow ID. */
    String calledBy() {
        String name = request.map(r -> r.cluster().name()).orElse("");
        return workflowId.equals(Names.expansion(name)) ? name : workflowId;
    }

    /** The commands that would be accepted now. */
    List<Command> legal() {
        if (stopping || ending) {
            return List.of();
        }
        boolean toPause = pausing && (state == RunState.RUNNING || state == RunState.WAITING);
        return List.copyOf(toPause ? state.legalWhilePausing(phase) : state.legal(phase));
    }

    ExpandStatus status() {
        boolean back = phase == Phase.ROLLBACK;
        Tally shown = back ? returned : tally;
        return new ExpandStatus(
                workflowId,
                runId,
                request.map(r -> r.cluster().name()).orElse(""),
                state,
                phase,
                why,
                until,
                halt,
                preflight,
                fingerprint(),
                planned.map(PlanAnswer::text).orElse(""),
                shown.batch(),
                shown.batches(),
                shown.slots(),
                shown.slotsExpected(),
                shown.keys(),
                back ? 0 : plan().map(plan -> plan.estimate().keys()).orElse(0L),
                timeLeft(shown),
                legal(),
                warnings,
                trail,
                startedAt,
                shown.keysPerSecond(),
                request.map(ExpandRequest::tuning),
                shown.bytes(),
                shown.movedBy(),
                request.filter(r -> r.pacing().mode() == Pacing.Mode.ADAPTIVE).flatMap(r -> pacing),
                latency);
    }

    private Optional<Duration> timeLeft(Tally shown) {
        if (state.closed() || stopping) {
            return Optional.empty();
        }
        Optional<Duration> measured = request.flatMap(r -> shown.timeLeft(pause(r.pacing())));
        return phase == Phase.ROLLBACK
                ? measured
                : measured.or(() -> plan().map(plan -> plan.estimate().duration()));
    }

    private Duration pause(Pacing asked) {
        return asked.mode() == Pacing.Mode.ADAPTIVE
                ? asked.pause().multipliedBy(pauseShare).dividedBy(100)
                : asked.pause();
    }

    ExpandResult result(Ending ending) {
        return new ExpandResult(
                workflowId,
                runId,
                request.map(r -> r.cluster().name()).orElse(""),
                ending.outcome(),
                ending.nothingToDo(),
                ending.failure(),
                fingerprint(),
                planned.map(PlanAnswer::text).orElse(""),
                preflight.orElse(new PreflightReport(List.of(), List.of())),
                tally.moved(),
                returned.slotsExpected() > 0 ? Optional.of(returned.moved()) : Optional.empty(),
                ending.validation(),
                warnings,
                trail,
                startedAt,
                now(),
                ending.next(),
                backup,
                withoutBackup && ending.outcome() != RunState.REFUSED,
                pacingSummary);
    }
}
