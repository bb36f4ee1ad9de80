package io.slotferry.starter;

import io.slotferry.workflows.contract.Names;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Links into Temporal's Web UI.
 *
 * @param address of the UI itself
 */
public record WebUi(String address, String namespace) {
    /** The page of a run. */
    String page(Run run) {
        return workflows() + path(run.workflowId()) + "/" + path(run.runId());
    }

    /**
     * The form that starts an expansion, filled in but for the request.
     *
     * @param workflowId empty where the cluster is not known yet
     */
    public String form(Optional<String> workflowId, String taskQueue) {
        return workflows() + "start-workflow?"
                + workflowId.map(id -> "workflowId=" + path(id) + "&").orElse("") + "taskQueue=" + path(taskQueue)
                + "&workflowType=" + Names.EXPAND_CLUSTER;
    }

    private String workflows() {
        return address.replaceAll("/+$", "") + "/namespaces/" + path(namespace) + "/workflows/";
    }

    private static String path(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
