package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.BadRequest;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.StopAfter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks at all that a run needs, from here to the cluster's nodes, and says what is missing. */
@Command(
        name = "doctor",
        description = {
            "Looks at all that a run needs: Temporal, its namespace, a worker, search attributes; and, where a cluster is "
                    + "named, whether the worker knows its credentials and reaches its nodes. Changes nothing.",
            "The worker is asked by a run (checks-NAME) that ends after the checks of preflight."
        })
public final class DoctorCommand extends TemporalCommand {
    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description =
                    "a request as JSON, whose cluster and new nodes the worker is asked about; - reads standard input")
    private String file;

    @Option(names = "--name", paramLabel = "NAME", description = "what you call the cluster")
    private String name;

    @Option(
            names = "--seed",
            paramLabel = "HOST:PORT",
            split = ",",
            hideParamSyntax = true,
            description = "a node of the cluster; may be repeated")
    private List<String> seeds;

    @Option(
            names = "--credentials",
            paramLabel = "NAME",
            description = "name of the credentials that the worker knows; never a password")
    private String credentials;

    private Optional<ObjectNode> request = Optional.empty();

    public DoctorCommand() {
        this(Surroundings.ofProcess());
    }

    DoctorCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void prepare() {
        ObjectNode json = file == null
                ? JsonNodeFactory.instance.objectNode()
                : RequestFile.read(file, surroundings().input());
        RequestOptions.text(json, "cluster", "name", name);
        RequestOptions.list(json, "cluster", "seeds", seeds);
        RequestOptions.text(json, "cluster", "credentials", credentials);
        if (json.isEmpty()) {
            return;
        }
        if (!json.has("backup")) {
            json.put("backup", ExpandRequest.NO_BACKUP);
        }
        // The plan that a request may name is none of the checks' business.
        json.remove("plan");
        json.put("stopAfter", StopAfter.CHECKS.name());
        try {
            RequestReader.read(json);
        } catch (BadRequest e) {
            throw RequestFile.bad(e, "name the cluster by -f request.json, or by --name orders --seed 10.0.0.1:7000");
        }
        request = Optional.of(json);
    }

    /** What is amiss with it is for the checks to say. */
    @Override
    Connection connect(Map<String, String> environment, String ui) {
        return Connection.unasked(environment, ui);
    }

    @Override
    ExitCode run(Connection temporal) {
        Diagnosis diagnosis = new Diagnosis(temporal, taskQueue());
        List<CheckResult> checks =
                diagnosis.make(() -> request.map(json -> new ClusterQuestion(temporal, voice(), taskQueue()).ask(json))
                        .orElseGet(ClusterQuestion::notAsked));
        ExitCode exit = Diagnosis.exit(checks);
        DoctorText text = new DoctorText(
                surroundings().terminal().width(), Style.of(surroundings().colour()));
        text.lines(checks).forEach(voice()::say);
        voice().event(
                        "doctor",
                        Map.of(
                                "passed",
                                checks.stream().noneMatch(check -> check.verdict() == Verdict.FAIL),
                                "checks",
                                checks,
                                "exit",
                                exit,
                                "code",
                                exit.code()));
        return exit;
    }
}
