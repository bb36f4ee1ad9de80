package io.slotferry.workflows.contract;

import java.util.Optional;

/**
 * What an operator asks of a run that is closed: that another one goes on where it stopped, or undoes it. Read by
 * {@link TakeOverReader} from the JSON value that starts the new run.
 *
 * @param pacing in place of the closed run's
 */
public record TakeOver(Direction direction, Origin origin, Optional<ExpandRequest.Pacing> pacing) {
    /** Which way the new run goes. */
    public enum Direction {
        CONTINUE,
        ROLLBACK;

        /** The field of the request that asks for it. */
        public String field() {
            return this == CONTINUE ? "continue" : "rollback";
        }
    }

    /**
     * The closed run: by workflow ID and perhaps run ID, or by its record where Temporal does not know it any more. Without
     * a run ID it is the latest run of that workflow ID that has changed anything.
     *
     * @param workflowId empty where the record is there
     */
    public record Origin(Optional<String> workflowId, Optional<String> runId, Optional<RunRecord> record) {}

    /**
     * The question to the worker, which reads Temporal's history.
     *
     * @param workflowId of the run that asks
     * @param runId of the run that asks
     */
    public record Question(TakeOver takeOver, String workflowId, String runId) {}
}
