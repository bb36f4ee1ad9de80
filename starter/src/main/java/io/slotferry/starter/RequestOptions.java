package io.slotferry.starter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.BadRequest;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.RequestReader;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The request, from a file, from flags, or from both: a flag takes the place of the file's field. */
final class RequestOptions {
    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "the request as JSON; - reads standard input")
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
            names = "--add-master",
            paramLabel = "HOST:PORT",
            split = ",",
            hideParamSyntax = true,
            description = "an empty node to become a master; may be repeated")
    private List<String> masters;

    @Option(
            names = "--add-replica",
            paramLabel = "HOST:PORT[=MASTER]",
            split = ",",
            hideParamSyntax = true,
            description = "an empty node to become a replica, of MASTER or as the planner pairs it; may be repeated")
    private List<String> replicas;

    @Option(
            names = "--credentials",
            paramLabel = "NAME",
            description = "name of the credentials that the worker knows; never a password")
    private String credentials;

    @Option(
            names = "--backup",
            paramLabel = "STORE",
            description = {
                "where backups go: file:FOLDER (on the worker) or s3://BUCKET/PREFIX; none goes without, spelled out"
            })
    private String backup;

    @Option(
            names = "--restore-check",
            description = "has a server on the worker load each file of the backup, as a second proof")
    private boolean restoreCheck;

    @Option(names = "--batch-slots", paramLabel = "N", description = "the most slots in a batch (100 key by key)")
    private Integer batchSlots;

    @Option(names = "--lanes", paramLabel = "N", description = "the most source-target pairs that move side by side")
    private Integer lanes;

    @Option(names = "--migration", paramLabel = "HOW", description = "how slots move: auto, keys or atomic")
    private String migration;

    @Mixin
    private PacingOptions pacing;

    @Mixin
    private WindowOptions window;

    @Option(
            names = "--prepare-before",
            paramLabel = "DURATION",
            description = "how long before the window preflight, scan and backup are done, such as PT3H or 3h")
    private String prepareBefore;

    @Option(
            names = "--balance",
            paramLabel = "WHAT",
            description = "slots, keys, memory or load: what masters are to have equal shares of; default: slots")
    private String balance;

    @Option(names = "--attach-replicas", paramLabel = "WHEN", description = "auto, before-reshard or after-reshard")
    private String attachReplicas;

    @Option(
            names = "--on-failure",
            paramLabel = "WHAT",
            description = "ask (default: halt in place) or roll-back (undo everything), once slots may have moved")
    private String onFailure;

    @Option(
            names = "--accept",
            paramLabel = "CHECK[@NODE]",
            split = ",",
            hideParamSyntax = true,
            description = "a failing preflight check that you take on yourself; may be repeated")
    private List<String> accept;

    @Option(
            names = "--approval",
            paramLabel = "WHO",
            description = "required (default) or none: whether the plan waits for an approval")
    private String approval;

    /**
     * The request as one JSON value, found well-formed by the reader that the workflow uses too.
     *
     * @param standardInput read where the file is {@code -}
     * @param stopAfter phase after which the run ends; null for none
     */
    ObjectNode request(InputStream standardInput, String stopAfter) {
        ObjectNode request =
                file == null ? JsonNodeFactory.instance.objectNode() : RequestFile.read(file, standardInput);
        overlay(request);
        if (stopAfter != null && !request.isEmpty()) {
            request.put("stopAfter", stopAfter);
        }
        try {
            RequestReader.read(request);
        } catch (BadRequest e) {
            throw RequestFile.bad(e, next(request, e));
        }
        return request;
    }

    /**
     * The request of a schedule's runs, found well-formed: nobody is there to approve its plans, unless it says so itself.
     *
     * @param before the request that the options change; empty where there is none
     */
    ObjectNode scheduled(InputStream standardInput, Optional<ObjectNode> before) {
        ObjectNode request = file != null
                ? RequestFile.read(file, standardInput)
                : before.orElseGet(JsonNodeFactory.instance::objectNode);
        overlay(request, true);
        if (!request.isEmpty() && !request.has("approval")) {
            request.put("approval", ExpandRequest.Approval.NONE.name());
        }
        try {
            RequestReader.read(request);
        } catch (BadRequest e) {
            throw RequestFile.bad(e, next(request, e));
        }
        return request;
    }

    /** The zone of the window, which may be that of something else, too. */
    Optional<String> zone() {
        return window.zone();
    }

    /**
     * What a run that takes a closed one over may have of its own: its speed.
     *
     * @throws CommandException naming an option that has no place there, since that run's request holds
     */
    ObjectNode ofTakeOver() {
        ObjectNode given = given();
        ObjectNode speed = JsonNodeFactory.instance.objectNode();
        if (given.get("pacing") != null) {
            speed.set("pacing", given.remove("pacing"));
        }
        if (!given.isEmpty()) {
            throw new CommandException(
                    ExitCode.BAD_REQUEST,
                    "The request of the run that is taken over holds; beside it there is no place for: "
                            + String.join(
                                    ", ",
                                    given.properties().stream()
                                            .map(Map.Entry::getKey)
                                            .toList()) + ". Nothing was started.",
                    "leave those out; --mode and --pause may be given");
        }
        return speed;
    }

    /** Refuses whatever was given: the request of a saved plan holds. */
    void requireNone() {
        ObjectNode given = given();
        if (!given.isEmpty()) {
            throw new CommandException(
                    ExitCode.BAD_REQUEST,
                    "The request of the saved plan holds; beside it there is no place for: "
                            + String.join(
                                    ", ",
                                    given.properties().stream()
                                            .map(Map.Entry::getKey)
                                            .toList()) + ". Nothing was started.",
                    "leave those out, or make another plan: slotferry plan --out FILE");
        }
    }

    private ObjectNode given() {
        ObjectNode given = JsonNodeFactory.instance.objectNode();
        overlay(given);
        if (file != null) {
            given.put("file", file);
        }
        return given;
    }

    private String next(ObjectNode request, BadRequest refusal) {
        if (file != null) {
            return refusal.halt().next();
        }
        return request.isEmpty()
                ? "give it as -f request.json, or by flags: --name orders --seed 10.0.0.1:7000 --add-master 10.0.0.4:7000"
                        + " --add-replica 10.0.0.5:7000 --backup file:backups"
                : "correct the fields named above and start again; the flags for them are --name, --seed, --add-master,"
                        + " --add-replica, --backup and those that --help lists";
    }

    private void overlay(ObjectNode request) {
        overlay(request, false);
    }

    private void overlay(ObjectNode request, boolean sharedZone) {
        text(request, "cluster", "name", name);
        list(request, "cluster", "seeds", seeds);
        text(request, "cluster", "credentials", credentials);
        list(request, "add", "masters", masters);
        if (replicas != null) {
            ArrayNode array = into(request, "add").putArray("replicas");
            replicas.forEach(replica -> addReplica(array, replica));
        }
        if (backup != null) {
            request.put("backup", backup);
        }
        if (restoreCheck) {
            into(request, "backupOptions").put("restoreCheck", true);
        }
        if (batchSlots != null) {
            into(request, "batch").put("slots", batchSlots);
        }
        if (lanes != null) {
            into(request, "batch").put("lanes", lanes);
        }
        if (migration != null) {
            into(request, "batch").put("migration", constant(migration));
        }
        pacing.overlay(request);
        if (sharedZone) {
            window.overlaySharedZone(request);
        } else {
            window.overlay(request);
        }
        if (prepareBefore != null) {
            request.put("prepareBefore", Durations.iso(prepareBefore));
        }
        if (balance != null) {
            request.put("balance", constant(balance));
        }
        if (attachReplicas != null) {
            request.put("attachReplicas", constant(attachReplicas));
        }
        if (onFailure != null) {
            request.put("onFailure", constant(onFailure));
        }
        if (approval != null) {
            request.put("approval", constant(approval));
        }
        if (accept != null) {
            ArrayNode array = request.putArray("accept");
            accept.forEach(array::add);
        }
    }

    private static void addReplica(ArrayNode array, String replica) {
        int equals = replica.indexOf('=');
        if (equals < 0) {
            array.add(replica);
        } else {
            array.addObject().put("node", replica.substring(0, equals)).put("replicaOf", replica.substring(equals + 1));
        }
    }

    static void text(ObjectNode request, String object, String field, String value) {
        if (value != null) {
            into(request, object).put(field, value);
        }
    }

    static void list(ObjectNode request, String object, String field, List<String> values) {
        if (values != null) {
            ArrayNode array = into(request, object).putArray(field);
            values.forEach(array::add);
        }
    }

    /** An object of the file, or a new one; what stands there and is no object is left for the reader to refuse. */
    static ObjectNode into(ObjectNode request, String field) {
        JsonNode there = request.get(field);
        if (there instanceof ObjectNode object) {
            return object;
        }
        if (there == null) {
            return request.putObject(field);
        }
        return JsonNodeFactory.instance.objectNode();
    }

    static String constant(String text) {
        return text == null ? null : text.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
