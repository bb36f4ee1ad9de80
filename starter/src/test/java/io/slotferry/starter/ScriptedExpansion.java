package io.slotferry.starter;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.BadRequest;
import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.ExpandClusterWorkflow;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.RunState;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.Optional;

/**
 * A workflow of the contract's shape whose way is told by the cluster's name: {@code refused}, {@code nothing}, {@code
 * halts} (until retry), {@code waits} (in its batch, for a retry of the activity), any other completes.
 */
public final class ScriptedExpansion implements ExpandClusterWorkflow {
    private final Batches batches = Workflow.newActivityStub(
            Batches.class,
            ActivityOptions.newBuilder()
                    .setStartToCloseTimeout(Duration.ofMinutes(5))
                    .setHeartbeatTimeout(Duration.ofSeconds(20))
                    .build());
    private String cluster = "";
    private Phase phase = Phase.PREFLIGHT;
    private RunState state = RunState.RUNNING;
    private String why = "checks run";
    private int batch;
    private boolean cancelled;

    @Override
    public ExpandResult expand(JsonNode json) {
        ExpandRequest request;
        try {
            request = RequestReader.read(json);
        } catch (BadRequest e) {
            throw Failures.of(e.halt());
        }
        cluster = request.cluster().name();
        if (cluster.startsWith("refused")) {
            ExpandResult refused = result(RunState.REFUSED, false);
            throw Failures.of(refused.halt().orElseThrow(), refused);
        }
        if (cluster.startsWith("nothing")) {
            return result(RunState.COMPLETED, true);
        }
        phase = Phase.PLAN;
        if (request.stopAfter().isPresent()) {
            return Samples.rehearsed(result(RunState.COMPLETED, false));
        }
        if (request.asksForApproval()) {
            enter(Phase.PLAN, RunState.WAITING, "for approval of plan " + Samples.FINGERPRINT.substring(0, 8));
            Workflow.await(() -> state != RunState.WAITING || cancelled);
        }
        if (cancelled) {
            return result(RunState.STOPPED, false);
        }
        batch = 17;
        enter(Phase.RESHARD, RunState.RUNNING, "batch 17 of 41: slots 1600-1699");
        if (cluster.startsWith("halts")) {
            enter(Phase.RESHARD, RunState.HALTED, Samples.HALT.message());
            Workflow.await(() -> state != RunState.HALTED || cancelled);
        }
        if (!cancelled) {
            batches.move(cluster.startsWith("waits"));
        }
        return result(cancelled ? RunState.STOPPED : RunState.COMPLETED, false);
    }

    private void enter(Phase nextPhase, RunState nextState, String reason) {
        phase = nextPhase;
        state = nextState;
        why = reason;
    }

    private ExpandResult result(RunState outcome, boolean nothingToDo) {
        state = outcome;
        return Samples.result(
                Workflow.getInfo().getWorkflowId(), Workflow.getInfo().getRunId(), cluster, outcome, nothingToDo);
    }

    @Override
    public ExpandStatus status() {
        return Samples.status(
                Workflow.getInfo().getWorkflowId(), Workflow.getInfo().getRunId(), cluster, phase, state, why, batch);
    }

    @Override
    public Optional<Plan> plan() {
        return Optional.of(Samples.plan());
    }

    @Override
    public CommandAnswer approve(JsonNode approval) {
        enter(Phase.RESHARD, RunState.RUNNING, "approved");
        return new CommandAnswer(state, "The masters join next.");
    }

    @Override
    public void mayApprove(JsonNode approval) {
        legal(RunState.Command.APPROVE);
        if (!Samples.FINGERPRINT.startsWith(approval.path("fingerprint").asText("none"))) {
            throw ApplicationFailure.newNonRetryableFailure(
                    "The plan that waits has fingerprint " + Samples.FINGERPRINT.substring(0, 8) + ".", "NOT_APPROVED");
        }
    }

    @Override
    public CommandAnswer pause(JsonNode word) {
        enter(phase, RunState.PAUSED, "paused");
        return new CommandAnswer(state, "It stands still.");
    }

    @Override
    public void mayPause(JsonNode word) {
        legal(RunState.Command.PAUSE);
    }

    @Override
    public CommandAnswer resume(JsonNode word) {
        enter(phase, RunState.RUNNING, "resumed");
        return new CommandAnswer(state, "It goes on.");
    }

    @Override
    public void mayResume(JsonNode word) {
        legal(RunState.Command.RESUME);
    }

    @Override
    public CommandAnswer retune(JsonNode tuning) {
        return new CommandAnswer(state, "Retuned: " + tuning);
    }

    @Override
    public void mayRetune(JsonNode tuning) {
        legal(RunState.Command.RETUNE);
    }

    @Override
    public CommandAnswer retry(JsonNode word) {
        enter(Phase.RESHARD, RunState.RUNNING, "batch 17 again");
        return new CommandAnswer(state, "Batch 17 goes on.");
    }

    @Override
    public void mayRetry(JsonNode word) {
        legal(RunState.Command.RETRY);
    }

    @Override
    public CommandAnswer rollback(JsonNode word) {
        cancelled = true;
        return new CommandAnswer(RunState.ROLLING_BACK, "Every slot goes back.");
    }

    @Override
    public void mayRollback(JsonNode word) {
        legal(RunState.Command.ROLLBACK);
    }

    @Override
    public CommandAnswer stopHere(JsonNode word) {
        cancelled = true;
        return new CommandAnswer(state, "It ends where it is.");
    }

    @Override
    public void mayStopHere(JsonNode word) {
        legal(RunState.Command.STOP_HERE);
    }

    @Override
    public CommandAnswer cancel(JsonNode word) {
        cancelled = true;
        return new CommandAnswer(state, "It stops at the next slot.");
    }

    @Override
    public void mayCancel(JsonNode word) {
        legal(RunState.Command.CANCEL);
    }

    private void legal(RunState.Command command) {
        if (!state.legal(phase).contains(command)) {
            throw ApplicationFailure.newNonRetryableFailure(
                    command + " is not possible while " + state + "; possible now: " + state.legal(phase),
                    "BAD_REQUEST");
        }
    }

    /** Named like the real one, since a command shows what its heartbeats say. */
    @ActivityInterface
    public interface Batches {
        @ActivityMethod(name = "MoveBatch")
        void move(boolean waits);
    }

    /** Heartbeats once; where it shall wait, fails first and is tried again. */
    public static final class ScriptedBatches implements Batches {
        @Override
        public void move(boolean waits) {
            Activity.getExecutionContext().heartbeat(new BatchProgress(17, 32, 100, 8_000, 1));
            if (waits && Activity.getExecutionContext().getInfo().getAttempt() < 5) {
                throw ApplicationFailure.newFailure(
                        "VIEWS_DISAGREE: 10.0.0.3:7000 sees another owner", "VIEWS_DISAGREE");
            }
        }
    }
}
