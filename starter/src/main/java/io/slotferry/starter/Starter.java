package io.slotferry.starter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.TakeOver;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import java.time.Duration;
import java.util.Map;

/** Starts runs, once a worker is there to do their work. */
final class Starter {
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final int LONGEST_SUMMARY = 200;

    private final Connection temporal;
    private final Voice voice;
    private final String taskQueue;
    private final boolean person;

    /**
     * Starts runs on a task queue.
     *
     * @param person whether somebody is there, who can start a worker: then one is waited for until Ctrl-C
     */
    Starter(Connection temporal, Voice voice, String taskQueue, boolean person) {
        this.temporal = temporal;
        this.voice = voice;
        this.taskQueue = taskQueue;
        this.person = person;
    }

    /** The workflow ID that a request gets unless its user names one. */
    static String workflowId(ExpandRequest request) {
        String cluster = request.cluster().name();
        return request.stopAfter()
                .map(phase -> Names.rehearsal(phase, cluster))
                .orElseGet(() -> Names.expansion(cluster));
    }

    /**
     * Starts the request.
     *
     * @throws CommandException where no worker polls and no person waits for one, or a run of that workflow ID is open; nothing was started then
     */
    Run start(ObjectNode request, String workflowId) {
        return start(request, workflowId, summary(RequestReader.read(request)), details(request));
    }

    /** Starts a run that takes a closed one over, with the same refusals. */
    Run start(TakeOver.Direction direction, TakeOverOptions.Start start, String workflowId) {
        String verb = direction == TakeOver.Direction.CONTINUE ? "Go on with " : "Roll back ";
        return start(start.json(), workflowId, Words.cut(verb + start.workflowId(), LONGEST_SUMMARY), start.details());
    }

    private Run start(ObjectNode request, String workflowId, String summary, String details) {
        awaitWorker();
        WorkflowOptions options = WorkflowOptions.newBuilder()
                .setWorkflowId(workflowId)
                .setTaskQueue(taskQueue)
                .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
                .setStaticSummary(summary)
                .setStaticDetails(details)
                .build();
        try {
            Run run = Run.of(temporal.client()
                    .newUntypedWorkflowStub(Names.EXPAND_CLUSTER, options)
                    .start((JsonNode) request));
            voice.event("started", Events.started(run, temporal, taskQueue));
            return run;
        } catch (WorkflowExecutionAlreadyStarted e) {
            throw new CommandException(
                    ExitCode.REFUSED,
                    "Run " + workflowId + " (" + e.getExecution().getRunId()
                            + ") is under way already; nothing was started.",
                    "slotferry watch " + workflowId);
        } catch (WorkflowServiceException e) {
            if (e.getCause() instanceof StatusRuntimeException status) {
                throw status;
            }
            throw e;
        }
    }

    static String details(ObjectNode request) {
        return "The request:\n```json\n" + request.toPrettyString() + "\n```";
    }

    static String summary(ExpandRequest request) {
        String verb = request.stopAfter()
                .map(phase -> "Rehearse (up to " + phase + ")")
                .orElse("Expand");
        String text = verb + " " + request.cluster().name() + " by "
                + Words.count(request.add().masters().size(), "master", "s") + " and "
                + Words.count(request.add().replicas().size(), "replica", "s");
        return Words.cut(text, LONGEST_SUMMARY);
    }

    private void awaitWorker() {
        long until = System.nanoTime() + PATIENCE.toNanos();
        for (boolean said = false; !polls(); said = true) {
            if (!person && System.nanoTime() > until) {
                throw new CommandException(
                        ExitCode.NO_WORKER,
                        "No worker polls task queue \"" + taskQueue + "\" in namespace \"" + temporal.namespace()
                                + "\" at " + temporal.address() + "; nothing was started.",
                        workerCommand(taskQueue)
                                + " (or slotferry up), with the same TEMPORAL_* settings, then this command again");
            }
            if (!said) {
                String wait = person
                        ? "nothing is started until one does; Ctrl-C gives up."
                        : "waiting " + PATIENCE.toSeconds() + " s for one.";
                String line = "No worker polls task queue \"" + taskQueue + "\"; " + wait + " Start it: "
                        + workerCommand(taskQueue);
                voice.say(line);
                voice.event("notice", Map.of("message", line));
            }
            sleep();
        }
    }

    /** What starts a worker for that queue. */
    static String workerCommand(String taskQueue) {
        return "slotferry worker" + (taskQueue.equals(Names.TASK_QUEUE) ? "" : " --task-queue " + taskQueue);
    }

    private boolean polls() {
        try {
            return temporal.workerPolls(taskQueue);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED
                    || e.getStatus().getCode() == Status.Code.PERMISSION_DENIED) {
                return true;
            }
            throw e;
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(500);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.INTERRUPTED, "interrupted; nothing was started", "");
        }
    }
}
