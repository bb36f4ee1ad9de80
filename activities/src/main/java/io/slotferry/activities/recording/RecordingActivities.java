package io.slotferry.activities.recording;

import io.slotferry.planning.NodeId;
import io.slotferry.workflows.contract.Activities;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.LeaseHolder;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.TakeOver;
import io.temporal.client.WorkflowClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What concerns Temporal and the worker's own disk rather than the cluster. */
public final class RecordingActivities implements Activities.Recording {
    private final SearchAttributes attributes;
    private final Leases leases;
    private final ReportFiles reports;
    private final RecordFiles records;
    private final ClosedRuns closed;
    private final Resets resets;

    /**
     * The activities of one worker.
     *
     * @param reports the folder in which records and reports are written; made when the first one is
     */
    public RecordingActivities(WorkflowClient client, Path reports) {
        this.attributes = new SearchAttributes(client);
        this.leases = new Leases(client);
        this.reports = new ReportFiles(reports);
        this.records = new RecordFiles(reports);
        RecordedRuns runs = new RecordedRuns(client);
        RunRecords inHistory = RunRecords.inHistory(client);
        this.closed = new ClosedRuns(client, runs, inHistory);
        this.resets = new Resets(runs, inHistory);
    }

    /** Where reports go unless the worker is told otherwise: below XDG_STATE_HOME, else below ~/.local/state. */
    public static Path defaultReportFolder(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        Path base = state.isBlank() ? Path.of(System.getProperty("user.home"), ".local", "state") : Path.of(state);
        return base.resolve("slotferry").resolve("reports");
    }

    @Override
    public List<String> usableSearchAttributes() {
        return attributes.usable();
    }

    @Override
    public Optional<LeaseHolder> findLeaseHolder(List<NodeId> members, String workflowId, String runId) {
        return leases.findHolder(members, workflowId, runId);
    }

    @Override
    public RunRecord readRecord(TakeOver.Question question) {
        return closed.find(question);
    }

    @Override
    public String writeRecord(RunRecord record) {
        if (record.predecessors().isEmpty()) {
            resets.refuseToBeginAnew(record.workflowId(), record.runId());
        }
        return records.write(record).toString();
    }

    @Override
    public List<String> writeReport(ExpandResult result) {
        return reports.write(result).stream().map(Path::toString).toList();
    }
}
