package io.slotferry.workflows.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.planning.Balance;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Window;
import io.slotferry.workflows.contract.ExpandRequest.Add;
import io.slotferry.workflows.contract.ExpandRequest.Approval;
import io.slotferry.workflows.contract.ExpandRequest.AttachReplicas;
import io.slotferry.workflows.contract.ExpandRequest.BackupOptions;
import io.slotferry.workflows.contract.ExpandRequest.BatchOptions;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import io.slotferry.workflows.contract.ExpandRequest.ClusterRef;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandRequest.OnFailure;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.ExpandRequest.Replica;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RequestReaderPropertiesTest {
    @Property(tries = 300)
    void whatever_request_was_written_reads_back(@ForAll("requests") ExpandRequest request) {
        assertThat(RequestReader.read(SlotferryJson.mapper().valueToTree(request)))
                .isEqualTo(request);
    }

    @Property(tries = 100)
    void a_field_of_a_wrong_type_is_refused_by_exactly_its_path(@ForAll("requests") ExpandRequest request) {
        ObjectNode json = SlotferryJson.mapper().valueToTree(request);
        for (String path : paths("", json)) {
            JsonNode mutated = replaced(json.deepCopy(), path);

            BadRequest refusal = catchThrowableOfType(BadRequest.class, () -> RequestReader.read(mutated));

            assertThat(refusal).as(path + " in " + mutated).isNotNull();
            assertThat(refusal.problems())
                    .as(path + " in " + mutated)
                    .singleElement()
                    .asString()
                    .startsWith(path + ": ");
        }
    }

    @Property(tries = 100)
    void a_field_that_nobody_knows_is_refused_wherever_it_stands(@ForAll("requests") ExpandRequest request) {
        ObjectNode json = SlotferryJson.mapper().valueToTree(request);
        for (String path : paths("", json)) {
            if (at(json, path).isObject()) {
                ObjectNode mutated = json.deepCopy();
                ((ObjectNode) at(mutated, path)).put("nobodyKnows", 1);

                BadRequest refusal = catchThrowableOfType(BadRequest.class, () -> RequestReader.read(mutated));

                assertThat(refusal.problems())
                        .singleElement()
                        .asString()
                        .startsWith(path + ".nobodyKnows: unknown field");
            }
        }
    }

    /** The paths of every value in the tree, in the words of the problems. */
    private static List<String> paths(String path, JsonNode node) {
        List<String> paths = new ArrayList<>();
        if (!path.isEmpty()) {
            paths.add(path);
        }
        node.fieldNames()
                .forEachRemaining(
                        name -> paths.addAll(paths(path.isEmpty() ? name : path + "." + name, node.get(name))));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            paths.addAll(paths(path + "[" + i + "]", node.get(i)));
        }
        return paths;
    }

    private static JsonNode at(JsonNode root, String path) {
        return root.at("/" + path.replace(".", "/").replace("[", "/").replace("]", ""));
    }

    /** Puts a value where no field takes one: a boolean. */
    private static JsonNode replaced(ObjectNode root, String path) {
        int end = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
        JsonNode parent = end < 0 ? root : at(root, path.substring(0, end));
        String last = path.substring(end + 1);
        if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(last.replace("]", "")), array.booleanNode(true));
        } else {
            ObjectNode object = (ObjectNode) parent;
            object.set(last, object.get(last).isBoolean() ? object.numberNode(5) : object.booleanNode(true));
        }
        return root;
    }

    @Provide
    Arbitrary<ExpandRequest> requests() {
        Arbitrary<String> names = Arbitraries.strings()
                .withCharRange('a', 'z')
                .withChars("0.-_")
                .ofMinLength(1)
                .ofMaxLength(64);
        Arbitrary<ClusterRef> cluster = Combinators.combine(
                        names, hosts("seed").list().ofMinSize(1).ofMaxSize(3).uniqueElements(), names.optional())
                .as(ClusterRef::new);
        Arbitrary<Add> add = Combinators.combine(
                        hosts("master").list().ofMinSize(1).ofMaxSize(3).uniqueElements(),
                        replicas().list().ofMaxSize(3).uniqueElements(Replica::node))
                .as(Add::new);
        Arbitrary<BatchOptions> batch = Combinators.combine(
                        Arbitraries.integers().between(1, 16_384).optional(),
                        Arbitraries.integers().between(1, 64),
                        Arbitraries.of(Migration.class))
                .as(BatchOptions::new);
        Arbitrary<Pacing> pacing = Arbitraries.oneOf(
                Arbitraries.just(new Pacing(Pacing.Mode.FAST, Duration.ZERO)),
                Arbitraries.integers()
                        .between(1, 1_000)
                        .map(budget -> new Pacing(Pacing.Mode.ADAPTIVE, Duration.ofSeconds(budget), budget)),
                Arbitraries.longs()
                        .between(0, 86_400_000)
                        .map(millis -> new Pacing(Pacing.Mode.STEADY, Duration.ofMillis(millis))));
        Arbitrary<Optional<StopAfter>> stop = Arbitraries.of(StopAfter.class).optional();
        Arbitrary<OnFailure> onFailure = Arbitraries.of(OnFailure.class);
        Arbitrary<List<String>> accept = Arbitraries.of("master-without-replica", "memory@10.0.0.1:7000")
                .list()
                .ofMaxSize(2);
        return Combinators.combine(
                        cluster,
                        add,
                        Arbitraries.of(Approval.class),
                        stop,
                        batch,
                        pacing,
                        Combinators.combine(Arbitraries.of(AttachReplicas.class), onFailure)
                                .as(Map::entry),
                        accept)
                .as((c, a, approval, s, b, p, options, taken) -> new ExpandRequest(
                        c,
                        a,
                        "file:backups",
                        approval,
                        s,
                        b,
                        p,
                        options.getKey(),
                        options.getValue(),
                        taken,
                        Thresholds.DEFAULT,
                        BackupOptions.DEFAULT,
                        BigKeyLimits.DEFAULT,
                        Optional.empty(),
                        Optional.empty(),
                        Balance.SLOTS,
                        Optional.empty()))
                .flatMap(request -> Combinators.combine(
                                thresholds(), backups(), bigKeys(), windows().optional(), Arbitraries.of(Balance.class))
                        .as((limits, backup, keys, window, balance) ->
                                with(request, limits, backup, keys, window, balance)));
    }

    private static Arbitrary<Window> windows() {
        Arbitrary<LocalTime> times = Arbitraries.integers().between(0, 86_399).map(LocalTime::ofSecondOfDay);
        return Combinators.combine(times, times, Arbitraries.of("UTC", "Europe/Berlin", "+05:30"))
                .filter((from, to, zone) -> !from.equals(to))
                .as((from, to, zone) -> new Window(from, to, ZoneId.of(zone)));
    }

    private static ExpandRequest with(
            ExpandRequest request,
            Thresholds thresholds,
            BackupOptions backup,
            BigKeyLimits bigKeys,
            Optional<Window> window,
            Balance balance) {
        return new ExpandRequest(
                request.cluster(),
                request.add(),
                request.backup(),
                request.approval(),
                request.stopAfter(),
                request.batch(),
                request.pacing(),
                request.attachReplicas(),
                request.onFailure(),
                request.accept(),
                thresholds,
                backup,
                bigKeys,
                window,
                window.isPresent() && backup.maxAge().compareTo(Duration.ofHours(3)) > 0
                        ? Optional.of(Duration.ofHours(3))
                        : Optional.empty(),
                balance,
                request.add().masters().size() > 1 ? Optional.of("0a".repeat(32)) : Optional.empty());
    }

    private static Arbitrary<BackupOptions> backups() {
        return Combinators.combine(
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(1, 64),
                        Arbitraries.longs().between(1, 720).map(Duration::ofHours))
                .as(BackupOptions::new);
    }

    private static Arbitrary<BigKeyLimits> bigKeys() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 100), Arbitraries.longs().between(0, 50))
                .as((limit, more) ->
                        new BigKeyLimits(new ByteSize(limit << 10), new ByteSize(Math.min(100, limit + more) << 20)));
    }

    private static Arbitrary<Thresholds> thresholds() {
        Arbitrary<Integer> percents = Arbitraries.integers().between(1, 100);
        Arbitrary<Duration> limits = Arbitraries.longs().between(1, 60_000).map(Duration::ofMillis);
        return Combinators.combine(percents, percents, limits, limits, limits).as(Thresholds::new);
    }

    private static Arbitrary<Replica> replicas() {
        return Combinators.combine(hosts("replica"), hosts("master").optional()).as(Replica::new);
    }

    private static Arbitrary<NodeAddress> hosts(String name) {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 9),
                        Arbitraries.integers().between(1, 65_535))
                .as((host, port) -> new NodeAddress(name + host, port));
    }
}
