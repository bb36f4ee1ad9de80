package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.RequestReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Has the worker look at a cluster, by a run that ends after the checks of preflight. */
final class ClusterQuestion {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int MOST_NAMED = 5;

    private final Connection temporal;
    private final Voice voice;
    private final String taskQueue;

    ClusterQuestion(Connection temporal, Voice voice, String taskQueue) {
        this.temporal = temporal;
        this.voice = voice;
        this.taskQueue = taskQueue;
    }

    /** The answers where no cluster was named. */
    static List<CheckResult> notAsked() {
        String how = "not asked: name a cluster by -f request.json, or by --name and --seed";
        return List.of(
                Diagnosis.answer("credentials", Verdict.NOT_APPLICABLE, how, ""),
                Diagnosis.answer("cluster", Verdict.NOT_APPLICABLE, how, ""));
    }

    List<CheckResult> ask(ObjectNode json) {
        ExpandRequest request = RequestReader.read(json);
        Run run = new Starter(temporal, voice, taskQueue, false).start(json, Starter.workflowId(request));
        if (!closes(run)) {
            return List.of(Diagnosis.answer(
                    "cluster",
                    Verdict.FAIL,
                    "the worker has not answered within " + Words.span(PATIENCE) + "; it goes on",
                    "slotferry watch " + run.workflowId()));
        }
        Ending ending = Ending.of(new Runs(temporal).stub(run));
        return ending.result()
                .map(ExpandResult::preflight)
                .filter(report -> !report.results().isEmpty())
                .map(report -> answers(request, report))
                .orElseGet(() -> unanswered(run, ending));
    }

    /** Those of a worker that looked. */
    static List<CheckResult> answers(ExpandRequest request, PreflightReport report) {
        List<CheckResult> answers = new ArrayList<>();
        answers.add(Diagnosis.answer("credentials", Verdict.PASS, credentials(request) + " found by the worker", ""));
        if (request.cluster().credentials().isEmpty()) {
            answers.set(0, Diagnosis.answer("credentials", Verdict.NOT_APPLICABLE, "the request names none", ""));
        }
        List<CheckResult> reachable = report.results().stream()
                .filter(check -> check.check().endsWith("-reachable"))
                .toList();
        List<CheckResult> unreachable =
                reachable.stream().filter(CheckResult::blocks).toList();
        answers.add(
                unreachable.isEmpty()
                        ? Diagnosis.answer("cluster", Verdict.PASS, evidence(reachable) + ", seen from the worker", "")
                        : Diagnosis.answer(
                                "cluster",
                                Verdict.FAIL,
                                "seen from the worker: " + evidence(unreachable),
                                unreachable.get(0).remedy()));
        answers.add(checks(report));
        return answers;
    }

    private static CheckResult checks(PreflightReport report) {
        List<CheckResult> amiss = report.results().stream()
                .filter(check -> check.blocks() || check.verdict() == Verdict.WARN)
                .toList();
        String counted = Words.count(report.results().size(), "answer", "s") + " of preflight";
        if (amiss.isEmpty()) {
            return Diagnosis.answer("checks", Verdict.PASS, counted + ", nothing amiss", "");
        }
        String named = amiss.stream()
                .sorted(java.util.Comparator.comparing(check -> !check.blocks()))
                .limit(MOST_NAMED)
                .map(CheckResult::subject)
                .collect(Collectors.joining(", "));
        int more = amiss.size() - MOST_NAMED;
        return Diagnosis.answer(
                "checks",
                report.passed() ? Verdict.WARN : Verdict.FAIL,
                counted + "; amiss: " + named + (more > 0 ? " and " + more + " more" : ""),
                "slotferry preflight shows them with their remedies");
    }

    /** The run ended before the worker looked at any node. */
    private static List<CheckResult> unanswered(Run run, Ending ending) {
        Optional<Halt> halt = ending.halt();
        boolean unknown = halt.filter(h -> h.kind() == FailureKind.CREDENTIALS).isPresent();
        String what = halt.map(Halt::message).orElse("the run ended without an answer");
        String next = halt.map(Halt::next).orElse("slotferry status " + run.workflowId());
        if (!unknown) {
            return List.of(Diagnosis.answer("cluster", Verdict.FAIL, what, next));
        }
        return List.of(
                Diagnosis.answer("credentials", Verdict.FAIL, what, next),
                Diagnosis.answer("cluster", Verdict.NOT_APPLICABLE, "not asked: the credentials come first", ""));
    }

    private static String credentials(ExpandRequest request) {
        return "\"" + request.cluster().credentials().orElse("") + "\"";
    }

    private static String evidence(List<CheckResult> checks) {
        return checks.stream().map(CheckResult::evidence).distinct().collect(Collectors.joining("; "));
    }

    private boolean closes(Run run) {
        Runs runs = new Runs(temporal);
        for (long until = System.nanoTime() + PATIENCE.toNanos(); runs.open(run); pause()) {
            if (System.nanoTime() > until) {
                return false;
            }
        }
        return true;
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.INTERRUPTED, "interrupted; nothing was changed", "");
        }
    }
}
