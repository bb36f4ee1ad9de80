package io.slotferry.starter;

import io.slotferry.workflows.contract.ExpandStatus;
import java.util.LinkedHashMap;
import java.util.Map;

/** The fields of the events that {@code --json} prints. */
final class Events {
    private Events() {}

    static Map<String, Object> status(Look look, ExpandStatus status) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("status", status);
        fields.put("state", look.state());
        look.inHand().ifPresent(progress -> fields.put("progress", progress));
        look.retry().ifPresent(retry -> fields.put("retry", retry));
        return fields;
    }

    static Map<String, Object> started(Run run, Connection temporal, String taskQueue) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("workflowId", run.workflowId());
        fields.put("runId", run.runId());
        fields.put("namespace", temporal.namespace());
        fields.put("taskQueue", taskQueue);
        temporal.page(run).ifPresent(page -> fields.put("page", page));
        return fields;
    }

    static Map<String, Object> result(ExitCode exit, Ending ending) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("exit", exit);
        fields.put("code", exit.code());
        ending.result().ifPresent(result -> fields.put("result", result));
        ending.halt().ifPresent(halt -> fields.put("halt", halt));
        return fields;
    }
}
