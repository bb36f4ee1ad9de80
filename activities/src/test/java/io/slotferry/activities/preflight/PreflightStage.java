package io.slotferry.activities.preflight;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credential;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.SlotferryJson;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A real cluster that preflight looks at, and the words in which a test reads what it says. */
final class PreflightStage implements AutoCloseable {
    private final LocalCluster cluster;
    private final Map<String, String> names = new LinkedHashMap<>();
    private final List<LocalNode> masters = new ArrayList<>();
    private final List<LocalNode> replicas = new ArrayList<>();
    private final List<String> accept = new ArrayList<>();
    private final ObjectNode thresholds = SlotferryJson.mapper().createObjectNode();
    private Optional<Credential> credential = Optional.empty();
    private WorkerHost worker = WorkerHost.real();
    private String backup = "none";

    PreflightStage(LocalCluster cluster) {
        this.cluster = cluster;
        cluster.nodes().forEach(node -> names.put(node.address(), node.name()));
        // A machine that is busy with other tests is not what they are about.
        quiet();
    }

    LocalCluster cluster() {
        return cluster;
    }

    /** Limits that no busy machine reaches. */
    void quiet() {
        thresholds.removeAll();
        thresholds.put("cpu", 100).put("meanLatency", "PT1M").put("p99Latency", "PT1M");
        thresholds.put("replicationLag", "PT1M");
        thresholds.putObject("network").put("capacity", "100 Gbit/s");
    }

    ObjectNode thresholds() {
        return thresholds;
    }

    PreflightStage newMaster(LocalNode node) {
        masters.add(node);
        names.put(node.address(), "new-" + masters.size());
        return this;
    }

    PreflightStage newReplica(LocalNode node) {
        replicas.add(node);
        names.put(node.address(), "new-replica-" + replicas.size());
        return this;
    }

    /** Takes the new nodes out of the request. */
    void without() {
        masters.clear();
        replicas.clear();
        accept.clear();
    }

    PreflightStage accepting(String... entries) {
        accept.addAll(List.of(entries));
        return this;
    }

    void loginAs(String user, String password) {
        credential = Optional.of(new Credential(Optional.of(user), password));
    }

    /** Nothing is written there: preflight only looks. */
    void backupTo(String store) {
        backup = store;
    }

    /** A folder that tells of the worker's machine as Linux's /proc does. */
    void workersProc(Path proc) {
        worker = new WorkerHost(worker.clock(), proc);
    }

    void workersClock(Clock other) {
        worker = new WorkerHost(other, worker.proc());
    }

    PreflightReport report() {
        ObjectNode request = SlotferryJson.mapper().createObjectNode();
        ObjectNode named = request.putObject("cluster").put("name", "orders");
        named.putArray("seeds").add(cluster.masters().get(0).address());
        if (credential.isPresent()) {
            named.put("credentials", "login");
        }
        ArrayNode newMasters = request.putObject("add").putArray("masters");
        masters.forEach(node -> newMasters.add(node.address()));
        ArrayNode newReplicas = ((ObjectNode) request.get("add")).putArray("replicas");
        replicas.forEach(node -> newReplicas.add(node.address()));
        ArrayNode accepted = request.putArray("accept");
        accept.forEach(accepted::add);
        request.put("backup", backup);
        request.set("thresholds", thresholds);
        RespNodes nodes = RespNodes.with(name -> credential, credential.map(known -> "login"));
        return new Preflight(new ClusterReader(nodes), name -> true, worker).check(RequestReader.read(request));
    }

    /**
     * What one check says, a line for each answer: the verdict, whom it is about, the evidence, and behind an arrow the
     * remedy. Addresses are replaced by names.
     */
    String says(CheckName check) {
        return says(report(), check);
    }

    String says(PreflightReport report, CheckName check) {
        return report.results().stream()
                .filter(result -> result.check().equals(check.text()))
                .map(this::line)
                .collect(Collectors.joining("\n"));
    }

    /** All that is not passed, by check. */
    String amiss(PreflightReport report) {
        return report.results().stream()
                .filter(result -> result.verdict() != Verdict.PASS)
                .map(result -> result.check() + " " + line(result))
                .collect(Collectors.joining("\n"));
    }

    private String line(CheckResult result) {
        String text = result.verdict() + result.node().map(node -> "@" + node).orElse("") + ": " + result.evidence()
                + (result.accepted() ? " (accepted)" : "")
                + (result.remedy().isEmpty() ? "" : " -> " + result.remedy());
        for (Map.Entry<String, String> name : names.entrySet()) {
            text = text.replaceAll(name.getKey().replace(".", "\\.") + "\\b", "{" + name.getValue() + "}");
        }
        return text.replaceAll(" \\([0-9a-f]{8}\\)", " (its ID)");
    }

    @Override
    public void close() {
        cluster.close();
    }
}
