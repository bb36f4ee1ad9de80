package io.slotferry.workflows.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.planning.Balance;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.Window;
import io.slotferry.workflows.contract.ExpandRequest.Add;
import io.slotferry.workflows.contract.ExpandRequest.Approval;
import io.slotferry.workflows.contract.ExpandRequest.AttachReplicas;
import io.slotferry.workflows.contract.ExpandRequest.BackupOptions;
import io.slotferry.workflows.contract.ExpandRequest.BatchOptions;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import io.slotferry.workflows.contract.ExpandRequest.ClusterRef;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandRequest.Network;
import io.slotferry.workflows.contract.ExpandRequest.OnFailure;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.ExpandRequest.Replica;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a request strictly: whatever is unknown, malformed, or not built yet is refused by its path, never ignored, and all
 * of it at once. Values are not repeated where a secret could have been typed by mistake.
 */
public final class RequestReader {
    /** The smallest request: what a person is shown who gave none. */
    public static final String EXAMPLE = """
            {"cluster": {"name": "orders", "seeds": ["10.0.0.1:7000"]}, \
            "add": {"masters": ["10.0.0.4:7000"], "replicas": ["10.0.0.5:7000"]}, "backup": "file:backups"}""";

    private static final String WITH_AN_OBJECT = "start again with a request of that form";
    private static final String NAME = "[A-Za-z0-9._-]{1,64}";
    private static final String NAME_RULE = "1 to 64 letters, digits, dots, dashes or underscores";
    private static final int MAX_LANES = 64;
    private static final int DEFAULT_LANES = 4;
    private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofDays(1);
    private static final int HIGHEST_BUDGET = 1_000;

    private static final Duration SHORTEST_LIMIT = Duration.ofMillis(1);
    private static final Duration LONGEST_LIMIT = Duration.ofMinutes(1);
    private static final Duration LONGEST_AGE = Duration.ofDays(30);
    private static final Duration LONGEST_PREPARATION = Duration.ofHours(23);

    private final List<String> problems = new ArrayList<>();
    private final AddressFields addresses = new AddressFields(problems);

    private RequestReader() {}

    /**
     * The request in this tree, with every default filled in.
     *
     * @param json may be null or of any type
     * @throws BadRequest naming every problem, each {@code path: what is wrong and what fits}
     */
    public static ExpandRequest read(JsonNode json) {
        if (json == null || json.isNull() || json.isMissingNode() || (json.isObject() && json.isEmpty())) {
            throw new BadRequest(
                    List.of("request: there is none; a JSON object belongs here, such as " + EXAMPLE), WITH_AN_OBJECT);
        }
        if (!json.isObject()) {
            throw new BadRequest(
                    List.of("request: a JSON object belongs here, not " + JsonFields.kind(json) + "; such as "
                            + EXAMPLE),
                    WITH_AN_OBJECT);
        }
        return new RequestReader().request(json);
    }

    private ExpandRequest request(JsonNode json) {
        JsonFields fields = new JsonFields("", json, problems);
        ClusterRef cluster = cluster(fields.object("cluster", true));
        boolean addsNothing = fields.says("stopAfter", "BACKUP") || fields.says("stopAfter", "CHECKS");
        Add add = add(fields.object("add", !addsNothing), addsNothing && !fields.has("add"));
        String backup = backup(fields);
        Approval approval =
                Approval.valueOf(fields.choice("approval", names(Approval.values()), List.of(), "REQUIRED"));
        Optional<StopAfter> stopAfter = stopAfter(fields);
        Balance balance = Balance.valueOf(fields.choice("balance", names(Balance.values()), List.of(), "SLOTS"));
        BatchOptions batch = batch(fields.object("batch", false));
        Pacing pacing = pacing(fields.object("pacing", false));
        AttachReplicas attach = AttachReplicas.valueOf(
                fields.choice("attachReplicas", names(AttachReplicas.values()), List.of(), "AUTO"));
        List<String> accept = accept(fields);
        OnFailure onFailure =
                OnFailure.valueOf(fields.choice("onFailure", names(OnFailure.values()), List.of(), "ASK"));
        Thresholds thresholds = thresholds(fields.object("thresholds", false));
        BackupOptions backupOptions = backupOptions(fields);
        BigKeyLimits bigKeys = bigKeys(fields.object("bigKeys", false));
        Optional<Window> window =
                fields.has("window") ? WindowFields.window(fields.object("window", true)) : Optional.empty();
        Optional<Duration> prepareBefore = prepareBefore(fields, backupOptions);
        Optional<String> plan = plan(fields);
        List.of("tls", "addressMap").forEach(fields::notBuilt);
        fields.nothingElse();
        if (!problems.isEmpty()) {
            throw new BadRequest(problems);
        }
        return new ExpandRequest(
                cluster,
                add,
                backup,
                approval,
                stopAfter,
                batch,
                pacing,
                attach,
                onFailure,
                accept,
                thresholds,
                backupOptions,
                bigKeys,
                window,
                prepareBefore,
                balance,
                plan);
    }

    private static Optional<String> plan(JsonFields fields) {
        Optional<String> fingerprint = fields.text("plan", "the fingerprint of a plan, a string,");
        if (fingerprint.isPresent() && !fingerprint.get().matches("[0-9a-f]{64}")) {
            fields.problem("plan", "the 64 hexadecimal digits of a plan's fingerprint belong here");
        }
        return fingerprint;
    }

    private static Optional<Duration> prepareBefore(JsonFields fields, BackupOptions backup) {
        Optional<Duration> ahead = fields.text("prepareBefore", "an ISO-8601 duration such as \"PT3H\"")
                .flatMap(text -> duration(fields, "prepareBefore", text, LONGEST_LIMIT, LONGEST_PREPARATION));
        if (fields.has("prepareBefore") && !fields.has("window")) {
            fields.problem(
                    "prepareBefore", "there is no window that it could be before; leave it out, or add a window");
        }
        ahead.filter(time -> time.compareTo(backup.maxAge()) >= 0)
                .ifPresent(time -> fields.problem(
                        "prepareBefore",
                        time + " is not less than backupOptions.maxAge, which is " + backup.maxAge()
                                + ": the backup would be too old when the window opens"));
        return ahead;
    }

    private ClusterRef cluster(JsonFields fields) {
        Optional<String> name = fields.text("name", "a string of " + NAME_RULE);
        if (!fields.has("name")) {
            fields.problem("name", "missing; what you call the cluster, " + NAME_RULE);
        } else if (name.isPresent() && !name.get().matches(NAME)) {
            fields.problem("name", "\"" + name.get() + "\" is not " + NAME_RULE);
        }
        List<NodeAddress> seeds = new ArrayList<>();
        List<JsonNode> entries = fields.array("seeds", "\"host:port\"");
        if (entries.isEmpty() && (!fields.has("seeds") || fields.node("seeds").isArray())) {
            fields.problem("seeds", "at least one \"host:port\" of the cluster belongs here");
        }
        for (int i = 0; i < entries.size(); i++) {
            addresses.own(fields.pathOf("seeds[" + i + "]"), entries.get(i)).ifPresent(seeds::add);
        }
        Optional<String> credentials = fields.text("credentials", "the name of an entry that the worker knows");
        if (credentials.isPresent() && !credentials.get().matches(NAME)) {
            fields.problem("credentials", "the name of an entry that the worker knows belongs here: " + NAME_RULE);
        }
        fields.nothingElse();
        return new ClusterRef(name.orElse(""), seeds, credentials);
    }

    private Add add(JsonFields fields, boolean mayBeEmpty) {
        List<NodeAddress> masters = new ArrayList<>();
        List<Replica> replicas = new ArrayList<>();
        List<JsonNode> masterEntries = fields.array("masters", "\"host:port\"");
        List<JsonNode> replicaEntries = fields.array("replicas", "\"host:port\" or {\"node\": …, \"replicaOf\": …}");
        boolean wellTyped = List.of("masters", "replicas").stream()
                .allMatch(name -> !fields.has(name) || fields.node(name).isArray());
        if (!mayBeEmpty && wellTyped && masterEntries.isEmpty() && replicaEntries.isEmpty()) {
            fields.problem("nothing to add; at least one \"host:port\" belongs into masters or replicas");
        }
        for (int i = 0; i < masterEntries.size(); i++) {
            addresses
                    .own(fields.pathOf("masters[" + i + "]"), masterEntries.get(i))
                    .ifPresent(masters::add);
        }
        for (int i = 0; i < replicaEntries.size(); i++) {
            replica(fields.pathOf("replicas[" + i + "]"), replicaEntries.get(i)).ifPresent(replicas::add);
        }
        fields.nothingElse();
        return new Add(masters, replicas);
    }

    private Optional<Replica> replica(String path, JsonNode entry) {
        if (entry.isTextual()) {
            return addresses.own(path, entry).map(node -> new Replica(node, Optional.empty()));
        }
        if (!entry.isObject()) {
            problems.add(
                    path + ": a string \"host:port\" or an object {\"node\": …, \"replicaOf\": …} belongs here, not "
                            + JsonFields.kind(entry));
            return Optional.empty();
        }
        JsonFields fields = new JsonFields(path, entry, problems);
        Optional<NodeAddress> node = addresses.own(fields.pathOf("node"), fields.node("node"));
        Optional<NodeAddress> master = fields.has("replicaOf")
                ? addresses.read(fields.pathOf("replicaOf"), fields.node("replicaOf"))
                : Optional.empty();
        if (node.isPresent() && node.equals(master)) {
            fields.problem("replicaOf", "a node cannot be a replica of itself");
        }
        fields.nothingElse();
        return node.map(address -> new Replica(address, master));
    }

    private static String backup(JsonFields fields) {
        if (!fields.has("backup")) {
            fields.problem(
                    "backup",
                    "missing; a store belongs here, " + BackupTarget.FORMS + ", or \"" + ExpandRequest.NO_BACKUP
                            + "\" spelled out, which goes without a backup");
        }
        String text = fields.text("backup", "a store or \"" + ExpandRequest.NO_BACKUP + "\"")
                .orElse(ExpandRequest.NO_BACKUP);
        if (!text.equals(ExpandRequest.NO_BACKUP)) {
            try {
                BackupTarget.parse(text);
            } catch (IllegalArgumentException e) {
                fields.problem("backup", e.getMessage());
            }
        }
        return text;
    }

    private static BackupOptions backupOptions(JsonFields fields) {
        JsonFields given = fields.object("backupOptions", false);
        BackupOptions usual = BackupOptions.DEFAULT;
        BackupOptions options = new BackupOptions(
                given.flag("restoreCheck", usual.restoreCheck()),
                given.integer("parallel", 1, MAX_LANES, usual.parallel()),
                given.text("maxAge", "an ISO-8601 duration such as \"PT24H\"")
                        .flatMap(text -> duration(given, "maxAge", text, LONGEST_LIMIT, LONGEST_AGE))
                        .orElse(usual.maxAge()));
        given.nothingElse();
        if (fields.says("backup", ExpandRequest.NO_BACKUP) && !options.equals(usual)) {
            fields.problem("backupOptions", "there is no backup that they could apply to; leave them out");
        }
        return options;
    }

    private static Optional<StopAfter> stopAfter(JsonFields fields) {
        String name = fields.choice("stopAfter", names(StopAfter.values()), List.of(), "");
        if (name.equals("BACKUP") && fields.says("backup", ExpandRequest.NO_BACKUP)) {
            fields.problem("stopAfter", "\"BACKUP\" needs a store in backup: " + BackupTarget.FORMS);
        }
        return name.isEmpty() ? Optional.empty() : Optional.of(StopAfter.valueOf(name));
    }

    private static BatchOptions batch(JsonFields fields) {
        int slots = fields.integer("slots", 1, SlotRange.SLOTS, BatchOptions.USUAL_SLOTS);
        int lanes = lanes(fields, DEFAULT_LANES);
        Migration migration =
                Migration.valueOf(fields.choice("migration", names(Migration.values()), List.of(), "AUTO"));
        fields.nothingElse();
        return new BatchOptions(fields.has("slots") ? Optional.of(slots) : Optional.empty(), lanes, migration);
    }

    static int lanes(JsonFields fields, int otherwise) {
        return fields.integer("lanes", 1, MAX_LANES, otherwise);
    }

    static Pacing pacing(JsonFields fields) {
        return pacing(fields, new Pacing(Pacing.Mode.ADAPTIVE, DEFAULT_PAUSE));
    }

    /** What is not given is as it was, but for the pause where the mode becomes another one. */
    static Pacing pacing(JsonFields fields, Pacing before) {
        Pacing.Mode mode = Pacing.Mode.valueOf(fields.choice(
                "mode", names(Pacing.Mode.values()), List.of(), before.mode().name()));
        Optional<Duration> pause =
                fields.text("pause", "an ISO-8601 duration such as \"PT10S\"").flatMap(text -> pause(fields, text));
        int budget = fields.integer("latencyBudget", 1, HIGHEST_BUDGET, before.latencyBudget());
        boolean adaptive = mode == Pacing.Mode.ADAPTIVE;
        boolean settled = !fields.has("mode") || fields.says("mode", mode.name());
        // A request that was written down spells the usual one out.
        if (fields.has("latencyBudget") && settled && !adaptive && budget != Pacing.DEFAULT_BUDGET) {
            fields.problem(
                    "latencyBudget", "mode " + mode + " has none; leave it out, or choose \"mode\": \"ADAPTIVE\"");
        }
        fields.nothingElse();
        if (mode == Pacing.Mode.FAST && !pause.orElse(Duration.ZERO).isZero()) {
            fields.problem("pause", "mode FAST has no pause; leave it out, or choose \"mode\": \"STEADY\"");
        }
        Duration otherwise =
                mode != before.mode() && before.mode() == Pacing.Mode.FAST ? DEFAULT_PAUSE : before.pause();
        return new Pacing(
                mode,
                pause.orElse(mode == Pacing.Mode.FAST ? Duration.ZERO : otherwise),
                adaptive ? budget : Pacing.DEFAULT_BUDGET);
    }

    private static Optional<Duration> pause(JsonFields fields, String text) {
        return duration(fields, "pause", text, Duration.ZERO, LONGEST_PAUSE);
    }

    private static Optional<Duration> duration(
            JsonFields fields, String name, String text, Duration shortest, Duration longest) {
        try {
            Duration duration = Duration.parse(text);
            if (duration.compareTo(shortest) < 0 || duration.compareTo(longest) > 0) {
                fields.problem(name, text + " is not between " + shortest + " and " + longest);
                return Optional.empty();
            }
            return Optional.of(duration);
        } catch (java.time.DateTimeException e) {
            fields.problem(name, "\"" + text + "\" is not an ISO-8601 duration such as \"PT10S\"");
            return Optional.empty();
        }
    }

    private static Thresholds thresholds(JsonFields fields) {
        return thresholds(fields, Thresholds.DEFAULT);
    }

    /** What is not given is as it was. */
    static Thresholds thresholds(JsonFields fields, Thresholds usual) {
        Thresholds thresholds = new Thresholds(
                fields.integer("cpu", 1, 100, usual.cpu()),
                fields.integer("memory", 1, 100, usual.memory()),
                limit(fields, "meanLatency", usual.meanLatency()),
                limit(fields, "p99Latency", usual.p99Latency()),
                limit(fields, "replicationLag", usual.replicationLag()),
                fields.has("network") ? network(fields.object("network", true)) : usual.network());
        fields.nothingElse();
        return thresholds;
    }

    private static Optional<Network> network(JsonFields fields) {
        String form = "a rate such as \"10 Gbit/s\" or \"1250 MB/s\"";
        Optional<String> text = fields.text("capacity", form);
        if (!fields.has("capacity")) {
            fields.problem("capacity", "missing; " + form + " that a node's network carries belongs here");
        }
        Optional<Long> bytes = text.flatMap(Network::capacity);
        if (text.isPresent() && bytes.isEmpty()) {
            fields.problem("capacity", "\"" + text.get() + "\" is not " + form);
        }
        int percent = fields.integer("percent", 1, 100, Network.DEFAULT_PERCENT);
        fields.nothingElse();
        return bytes.map(perSecond -> new Network(perSecond, percent));
    }

    private static Duration limit(JsonFields fields, String name, Duration otherwise) {
        return fields.text(name, "an ISO-8601 duration such as \"PT0.005S\"")
                .flatMap(text -> duration(fields, name, text, SHORTEST_LIMIT, LONGEST_LIMIT))
                .orElse(otherwise);
    }

    private static BigKeyLimits bigKeys(JsonFields fields) {
        BigKeyLimits usual = BigKeyLimits.DEFAULT;
        ByteSize hardLimit = size(fields, "hardLimit", usual.hardLimit());
        boolean low = hardLimit.compareTo(usual.limit()) < 0;
        ByteSize limit = size(fields, "limit", low ? hardLimit : usual.limit());
        if (limit.compareTo(hardLimit) > 0) {
            fields.problem("limit", limit + " is more than hardLimit, which is " + hardLimit);
        }
        fields.nothingElse();
        return new BigKeyLimits(limit, hardLimit);
    }

    private static ByteSize size(JsonFields fields, String name, ByteSize otherwise) {
        String fits = "a size from \"1KB\" to \"" + BigKeyLimits.DEFAULT.hardLimit() + "\", such as \"10MB\"";
        Optional<String> text = fields.text(name, fits);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            ByteSize size = ByteSize.parse(text.get());
            // Of a larger key, MIGRATE would block source and target for seconds, and batches halt.
            if (size.compareTo(BigKeyLimits.DEFAULT.hardLimit()) <= 0) {
                return size;
            }
        } catch (IllegalArgumentException e) {
            // Said below, with what fits.
        }
        fields.problem(name, "\"" + text.get() + "\" is not " + fits);
        return otherwise;
    }

    private List<String> accept(JsonFields fields) {
        List<String> accept = new ArrayList<>();
        List<JsonNode> entries = fields.array("accept", "\"check\" or \"check@host:port\"");
        for (int i = 0; i < entries.size(); i++) {
            String path = "accept[" + i + "]";
            JsonNode entry = entries.get(i);
            if (!entry.isTextual()) {
                problems.add(path + ": a string \"check\" or \"check@host:port\" belongs here, not "
                        + JsonFields.kind(entry));
            } else if (!entry.textValue().matches("[a-z0-9-]+(@\\S+:[0-9]+)?")) {
                problems.add(path + ": \"" + entry.textValue() + "\" is not \"check\" or \"check@host:port\"");
            } else {
                accept.add(entry.textValue());
            }
        }
        return accept;
    }

    private static List<String> names(Enum<?>[] values) {
        return java.util.Arrays.stream(values).map(Enum::name).toList();
    }
}
