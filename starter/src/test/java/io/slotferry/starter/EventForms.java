package io.slotferry.starter;

import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What stands in each line of {@code --json} beside the name of its event, which is the one of the component here. */
record EventForms(
        Started started,
        PlanMade plan,
        Answer answer,
        Status status,
        Result result,
        Notice notice,
        Failed error,
        Halted halted,
        Preflight preflight,
        Doctor doctor,
        Schedule schedule,
        Named triggered,
        Named deleted,
        Up up,
        Down down,
        Log log,
        Race race) {
    record Started(String workflowId, String runId, String namespace, String taskQueue, Optional<String> page) {}

    record PlanMade(String fingerprint, String text, Optional<Plan> plan, Optional<String> form) {}

    record Answer(String command, String workflowId, CommandAnswer answer) {}

    /** Where no worker answers there is no status, but a message and what {@link Started} has. */
    record Status(
            Optional<ExpandStatus> status,
            Optional<RunState> state,
            Optional<BatchProgress> progress,
            Optional<Look.Retry> retry,
            Optional<String> message,
            Optional<String> workflowId,
            Optional<String> runId,
            Optional<String> namespace,
            Optional<String> taskQueue,
            Optional<String> page) {}

    record Result(ExitCode exit, int code, Optional<ExpandResult> result, Optional<Halt> halt) {}

    record Notice(String message) {}

    record Failed(ExitCode exit, int code, String message, Optional<String> next) {}

    record Halted(String workflowId, ExitCode exit, int code, Halt halt) {}

    record Preflight(boolean passed, PreflightReport report) {}

    record Doctor(boolean passed, List<CheckResult> checks, ExitCode exit, int code) {}

    /** In lists {@code cluster} stands in place of all that is optional else. */
    record Schedule(
            String id,
            String state,
            List<Instant> next,
            Optional<String> cluster,
            Optional<String> note,
            Optional<String> times,
            Optional<String> zone,
            Optional<Duration> catchUp,
            Optional<List<Start>> started,
            Optional<ExpandRequest> request) {
        record Start(Instant scheduledAt, Instant startedAt, String workflowId) {}
    }

    record Named(String id) {}

    record Up(Server temporal, Worker worker) {
        record Server(
                String state,
                String address,
                String namespace,
                Optional<String> uiUrl,
                Optional<String> form,
                Optional<Long> pid,
                Optional<String> log,
                Optional<String> database) {}

        record Worker(String state, String taskQueue, long pid, String log) {}
    }

    record Down(String worker, String temporal) {}

    record Log(String of, String line) {}

    record Race(
            String server,
            long keys,
            int rate,
            ExpandRequest.Pacing.Mode pacing,
            boolean oneAfterTheOther,
            int processors,
            boolean well,
            List<Contender> contenders) {
        /** Of who gave up, or lost keys, {@code problem} says so. */
        record Contender(
                String name,
                double seconds,
                int slots,
                long keys,
                Felt before,
                Felt during,
                List<Sample> samples,
                Optional<String> problem) {}

        /** In milliseconds. */
        record Felt(double mean, double p99, double p999, double worst) {}

        /** At seconds since the start; the worst answer since the sample before, in milliseconds. */
        record Sample(double at, int slots, long keys, double worst) {}
    }
}
