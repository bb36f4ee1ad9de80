package io.slotferry.starter;

import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.Release;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.api.taskqueue.v1.PollerInfo;
import io.temporal.api.workflowservice.v1.DescribeNamespaceResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What a run needs of Temporal, asked in the order in which one thing needs the other. */
final class Diagnosis {
    private static final Set<String> OF_TEMPORAL = Set.of("temporal", "namespace");

    private final Connection temporal;
    private final String taskQueue;
    private final List<CheckResult> checks = new ArrayList<>();

    Diagnosis(Connection temporal, String taskQueue) {
        this.temporal = temporal;
        this.taskQueue = taskQueue;
    }

    /**
     * All answers; what cannot be asked, since something before it fails, is said to be so.
     *
     * @param cluster what the worker finds out about the cluster; asked where one polls
     */
    List<CheckResult> make(Supplier<List<CheckResult>> cluster) {
        boolean reached = server() && namespace();
        if (!reached) {
            unasked("worker", "search-attributes", "credentials", "cluster");
            return List.copyOf(checks);
        }
        boolean polled = worker();
        searchAttributes();
        if (polled) {
            checks.addAll(cluster.get());
        } else {
            unasked("credentials", "cluster");
        }
        return List.copyOf(checks);
    }

    /** The exit code that the first failure asks for. */
    static ExitCode exit(List<CheckResult> checks) {
        return checks.stream()
                .filter(check -> check.verdict() == Verdict.FAIL)
                .findFirst()
                .map(check -> OF_TEMPORAL.contains(check.check())
                        ? ExitCode.TEMPORAL_UNREACHABLE
                        : check.check().equals("worker") ? ExitCode.NO_WORKER : ExitCode.REFUSED)
                .orElse(ExitCode.OK);
    }

    static CheckResult answer(String check, Verdict verdict, String evidence, String remedy) {
        return new CheckResult(check, Optional.empty(), verdict, evidence, remedy, false);
    }

    private boolean server() {
        try {
            String version = temporal.serverVersion();
            add("temporal", Verdict.PASS, temporal.address() + " answers; server " + version, "");
            return true;
        } catch (StatusRuntimeException e) {
            return fail("temporal", e);
        }
    }

    private boolean namespace() {
        try {
            DescribeNamespaceResponse found = temporal.describeNamespace();
            Duration kept = Duration.ofSeconds(
                    found.getConfig().getWorkflowExecutionRetentionTtl().getSeconds());
            add(
                    "namespace",
                    Verdict.PASS,
                    "\"" + temporal.namespace() + "\" is there; closed runs are kept for " + Words.span(kept),
                    "");
            return true;
        } catch (StatusRuntimeException e) {
            return fail("namespace", e);
        }
    }

    private boolean worker() {
        List<PollerInfo> workflows = temporal.pollers(taskQueue, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW);
        List<PollerInfo> activities = temporal.pollers(taskQueue, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY);
        if (workflows.isEmpty() || activities.isEmpty()) {
            add(
                    "worker",
                    Verdict.FAIL,
                    "none polls task queue \"" + taskQueue + "\""
                            + (workflows.size() == activities.size() ? "" : " for workflows and activities both"),
                    Starter.workerCommand(taskQueue) + ", with the same TEMPORAL_* settings; or slotferry up");
            return false;
        }
        Set<String> workers =
                activities.stream().map(PollerInfo::getIdentity).collect(Collectors.toCollection(TreeSet::new));
        String seen = "task queue \"" + taskQueue + "\" is polled by " + String.join(", ", workers);
        List<String> others = workers.stream()
                .filter(worker -> !worker.endsWith(" " + Release.current()))
                .toList();
        if (others.isEmpty()) {
            add("worker", Verdict.PASS, seen, "");
        } else {
            add(
                    "worker",
                    Verdict.WARN,
                    seen + "; this command is " + Release.current(),
                    "run workers and commands of one release: what one knows the other may refuse");
        }
        return true;
    }

    private void searchAttributes() {
        try {
            Map<String, IndexedValueType> present = temporal.searchAttributes();
            List<String> missing = Names.SEARCH_ATTRIBUTES.stream()
                    .filter(name -> present.get(name) != IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                    .toList();
            if (missing.isEmpty()) {
                add(
                        "search-attributes",
                        Verdict.PASS,
                        String.join(", ", Names.SEARCH_ATTRIBUTES) + " are registered",
                        "");
            } else {
                add(
                        "search-attributes",
                        Verdict.WARN,
                        "not registered as Keyword: " + String.join(", ", missing)
                                + "; runs cannot be searched by them, and do without",
                        Names.registration(temporal.namespace()));
            }
        } catch (StatusRuntimeException e) {
            add(
                    "search-attributes",
                    Verdict.NOT_APPLICABLE,
                    "the server does not tell: " + e.getStatus().getCode(),
                    "");
        }
    }

    private boolean fail(String check, StatusRuntimeException e) {
        CommandException told = temporal.unreachable(e);
        add(check, Verdict.FAIL, told.getMessage(), told.next());
        return false;
    }

    private void unasked(String... names) {
        for (String name : names) {
            add(name, Verdict.NOT_APPLICABLE, "not asked: what stands above comes first", "");
        }
    }

    private void add(String check, Verdict verdict, String evidence, String remedy) {
        checks.add(answer(check, verdict, evidence, remedy));
    }
}
