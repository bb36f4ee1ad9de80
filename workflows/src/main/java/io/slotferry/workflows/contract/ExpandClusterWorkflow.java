package io.slotferry.workflows.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.planning.Plan;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.Optional;

/**
 * An expansion. Arguments are trees, read inside the workflow, since a typed argument that does not fit would fail the
 * workflow's task for ever instead of the run.
 */
@WorkflowInterface
public interface ExpandClusterWorkflow {
    /** The request, as {@link RequestReader} reads it; whatever does not fit ends the run with every path and reason. */
    @WorkflowMethod(name = Names.EXPAND_CLUSTER)
    ExpandResult expand(JsonNode request);

    /** Where the run stands. */
    @QueryMethod(description = "Where the run stands, what it waits for, and what can be done now")
    ExpandStatus status();

    /** The plan, once it is made. */
    @QueryMethod(description = "The plan, once it is made")
    Optional<Plan> plan();

    /** Lets the plan with this fingerprint begin: {@code {"fingerprint": "...", "by": "...", "why": "..."}}. */
    @UpdateMethod(description = "Approve the plan: {\"fingerprint\": \"...\", \"by\": \"you\"}")
    CommandAnswer approve(JsonNode approval);

    @UpdateValidatorMethod(updateName = "approve")
    void mayApprove(JsonNode approval);

    /** Stops at the next batch boundary: {@code {"by": "...", "why": "..."}}, both optional. */
    @UpdateMethod(description = "Pause at the next batch boundary: {\"by\": \"you\", \"why\": \"...\"}")
    CommandAnswer pause(JsonNode word);

    @UpdateValidatorMethod(updateName = "pause")
    void mayPause(JsonNode word);

    /** Goes on from a pause: {@code {"by": "...", "why": "..."}}, both optional. */
    @UpdateMethod(description = "Go on from a pause: {\"by\": \"you\", \"why\": \"...\"}")
    CommandAnswer resume(JsonNode word);

    @UpdateValidatorMethod(updateName = "resume")
    void mayResume(JsonNode word);

    /** Changes how the run goes on from its next batch, as {@link CommandReader#retuning} reads it. */
    @UpdateMethod(
            description = "Change pacing, batch.lanes, thresholds or window from the next batch on: "
                    + "{\"pacing\": {\"mode\": \"STEADY\", \"pause\": \"PT30S\"}, \"by\": \"you\"}")
    CommandAnswer retune(JsonNode tuning);

    @UpdateValidatorMethod(updateName = "retune")
    void mayRetune(JsonNode tuning);

    /** Goes on from a halt: {@code {"by": "...", "why": "..."}}, both optional. */
    @UpdateMethod(description = "Go on from a halt: {\"by\": \"you\", \"why\": \"...\"}")
    CommandAnswer retry(JsonNode word);

    @UpdateValidatorMethod(updateName = "retry")
    void mayRetry(JsonNode word);

    /** Undoes everything, wherever the run stands: {@code {"by": "...", "why": "..."}}, both optional. */
    @UpdateMethod(description = "Undo everything, slot by slot: {\"by\": \"you\", \"why\": \"...\"}")
    CommandAnswer rollback(JsonNode word);

    @UpdateValidatorMethod(updateName = "rollback")
    void mayRollback(JsonNode word);

    /** Ends with the cluster as it is, the slot in hand finished: {@code {"by": "...", "why": "..."}}, both optional. */
    @UpdateMethod(
            name = "stop-here",
            description =
                    "End here with the slot in hand finished, undoing nothing: {\"by\": \"you\", \"why\": \"...\"}")
    CommandAnswer stopHere(JsonNode word);

    @UpdateValidatorMethod(updateName = "stop-here")
    void mayStopHere(JsonNode word);

    /**
     * Stops cleanly, the slot in hand finished: {@code {"by": "...", "why": "..."}}, both optional. Before the first batch,
     * and where {@code onFailure} is ROLL_BACK, everything is undone.
     */
    @UpdateMethod(description = "Stop cleanly, with the slot in hand finished: {\"by\": \"you\", \"why\": \"...\"}")
    CommandAnswer cancel(JsonNode word);

    @UpdateValidatorMethod(updateName = "cancel")
    void mayCancel(JsonNode word);
}
