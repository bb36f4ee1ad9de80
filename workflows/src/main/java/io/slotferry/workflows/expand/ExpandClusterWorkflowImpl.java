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
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.RunState;
import java.util.Optional;

/** What Temporal calls: reads the request, answers queries, passes commands on; {@link Expansion} does the rest. */
public final class ExpandClusterWorkflowImpl implements ExpandClusterWorkflow {
    private final Announcer announcer = new Announcer();
    private final Run run = new Run(announcer::announce);
    private final Steering steering = new Steering(run);

    @Override
    public ExpandResult expand(JsonNode json) {
        ExpandRequest request = read(json);
        run.accepted(request);
        return new Expansion(request, run, steering, announcer).toItsEnd();
    }

    /** A request that does not fit closes the run before any activity: it needs no more than a worker to say so. */
    private ExpandRequest read(JsonNode json) {
        try {
            return RequestReader.read(json);
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
    public CommandAnswer retry(JsonNode word) {
        return steering.retry(word);
    }

    @Override
    public void mayRetry(JsonNode word) {
        steering.mayRetry(word);
    }

    @Override
    public CommandAnswer cancel(JsonNode word) {
        return steering.cancel(word);
    }

    @Override
    public void mayCancel(JsonNode word) {
        steering.mayCancel(word);
    }
}
