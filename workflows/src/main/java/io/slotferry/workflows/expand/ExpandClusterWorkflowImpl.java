package io.slotferry.workflows.expand;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.BadRequest;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.ExpandClusterWorkflow;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.RunState.Command;
import io.slotferry.workflows.contract.TakeOver;
import io.slotferry.workflows.contract.TakeOverReader;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Workflow;
import java.util.Optional;
import java.util.function.Supplier;

/** What Temporal calls: reads the request, answers queries, passes commands on; {@link Expansion} does the rest. */
public final class ExpandClusterWorkflowImpl implements ExpandClusterWorkflow {
    private final Announcer announcer = new Announcer();
    private final Run run = new Run(announcer::announce);
    private final Steering steering = new Steering(run);

    @Override
    public ExpandResult expand(JsonNode json) {
        if (TakeOverReader.asks(json)) {
            return takeOver(read(() -> TakeOverReader.read(json)));
        }
        ExpandRequest request = read(() -> RequestReader.read(json));
        run.accepted(request);
        return new Expansion(request, run, steering, announcer).toItsEnd();
    }

    private ExpandResult takeOver(TakeOver takeOver) {
        RunRecord record = closedRun(takeOver);
        ExpandRequest request = takeOver.pacing().map(record.request()::with).orElse(record.request());
        run.takesOver(request, record);
        return new Expansion(request, run, steering, announcer).succeeding(takeOver.direction(), record);
    }

    /** Where there is none to take over the run ends as one whose request does not fit. */
    private RunRecord closedRun(TakeOver takeOver) {
        try {
            return new Rooms()
                    .recording("find the run to take over")
                    .readRecord(new TakeOver.Question(
                            takeOver,
                            Workflow.getInfo().getWorkflowId(),
                            Workflow.getInfo().getRunId()));
        } catch (TemporalFailure failure) {
            if (steering.cancelledByTemporal()) {
                run.closed(RunState.STOPPED, "nothing was touched");
                throw new CanceledFailure("STOPPED: nothing was touched");
            }
            Halt halt = Failures.haltOf(failure);
            run.closed(RunState.REFUSED, halt.message());
            throw Failures.of(halt, run.result(Ending.failed(RunState.REFUSED, halt, Optional.empty(), halt.next())));
        }
    }

    /** A request that does not fit closes the run before any activity: it needs no more than a worker to say so. */
    private <T> T read(Supplier<T> reader) {
        try {
            return reader.get();
        } catch (BadRequest e) {
            run.closed(RunState.REFUSED, e.halt().message());
            throw Failures.of(e.halt());
        }
    }

    @Override
    public ExpandStatus status() {
        return run.status();
    }

    @Override
    public Optional<Plan> plan() {
        return run.plan();
    }

    @Override
    public CommandAnswer approve(JsonNode approval) {
        return steering.approve(approval);
    }

    @Override
    public void mayApprove(JsonNode approval) {
        steering.mayApprove(approval);
    }

    @Override
    public CommandAnswer pause(JsonNode word) {
        return steering.pause(word);
    }

    @Override
    public void mayPause(JsonNode word) {
        steering.mayPause(word);
    }

    @Override
    public CommandAnswer resume(JsonNode word) {
        return steering.resume(word);
    }

    @Override
    public void mayResume(JsonNode word) {
        steering.mayResume(word);
    }

    @Override
    public CommandAnswer retune(JsonNode tuning) {
        return steering.retune(tuning);
    }

    @Override
    public void mayRetune(JsonNode tuning) {
        steering.mayRetune(tuning);
    }

    @Override
    public CommandAnswer retry(JsonNode word) {
        return steering.retry(word);
    }

    @Override
    public void mayRetry(JsonNode word) {
        steering.mayRetry(word);
    }

    @Override
    public CommandAnswer rollback(JsonNode word) {
        return steering.end(Command.ROLLBACK, word);
    }

    @Override
    public void mayRollback(JsonNode word) {
        steering.mayEnd(Command.ROLLBACK, word);
    }

    @Override
    public CommandAnswer stopHere(JsonNode word) {
        return steering.end(Command.STOP_HERE, word);
    }

    @Override
    public void mayStopHere(JsonNode word) {
        steering.mayEnd(Command.STOP_HERE, word);
    }

    @Override
    public CommandAnswer cancel(JsonNode word) {
        return steering.end(Command.CANCEL, word);
    }

    @Override
    public void mayCancel(JsonNode word) {
        steering.mayEnd(Command.CANCEL, word);
    }
}
