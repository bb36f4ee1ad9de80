package io.slotferry.workflows.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.ExpandRequest.Approval;
import io.slotferry.workflows.contract.ExpandRequest.AttachReplicas;
import io.slotferry.workflows.contract.ExpandRequest.BackupOptions;
import io.slotferry.workflows.contract.ExpandRequest.BatchOptions;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandRequest.Network;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.ExpandRequest.Replica;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {
    private static final String WHOLE = """
            {'cluster': {'name': 'orders', 'seeds': ['10.0.0.1:7000'], 'credentials': 'orders'},
             'add': {'masters':  ['10.0.0.4:7000', '10.0.0.5:7000'],
                     'replicas': ['10.0.0.4:7001', {'node': '10.0.0.5:7001', 'replicaOf': '10.0.0.4:7000'}]},
             'backup': 'none'%s}""";

    @Test
    void a_small_request_reads_with_every_default_filled_in() {
        ExpandRequest request = read(WHOLE.formatted(""));

        assertThat(request.cluster().name()).isEqualTo("orders");
        assertThat(request.cluster().seeds()).containsExactly(new NodeAddress("10.0.0.1", 7000));
        assertThat(request.cluster().credentials()).contains("orders");
        assertThat(request.add().masters()).hasSize(2);
        assertThat(request.add().replicas())
                .containsExactly(
                        new Replica(new NodeAddress("10.0.0.4", 7001), Optional.empty()),
                        new Replica(new NodeAddress("10.0.0.5", 7001), Optional.of(new NodeAddress("10.0.0.4", 7000))));
        assertThat(request.approval()).isEqualTo(Approval.REQUIRED);
        assertThat(request.stopAfter()).isEmpty();
        assertThat(request.batch()).isEqualTo(new BatchOptions(Optional.empty(), 4, Migration.AUTO));
        assertThat(request.pacing()).isEqualTo(new Pacing(Pacing.Mode.ADAPTIVE, Duration.ofSeconds(10)));
        assertThat(request.attachReplicas()).isEqualTo(AttachReplicas.AUTO);
        assertThat(request.accept()).isEmpty();
    }

    @Test
    void defaults_of_fields_that_are_not_built_yet_may_be_spelled_out() {
        String spelledOut = ", 'balance': 'SLOTS', 'onFailure': 'ASK', 'batch': {'migration': 'AUTO'}";

        assertThat(read(WHOLE.formatted(spelledOut))).isEqualTo(read(WHOLE.formatted("")));
    }

    @Test
    void the_example_that_is_shown_to_a_person_reads() throws JsonProcessingException {
        JsonNode example = SlotferryJson.mapper().readTree(RequestReader.EXAMPLE);

        assertThat(RequestReader.read(example).add().masters()).containsExactly(new NodeAddress("10.0.0.4", 7000));
    }

    @Test
    void mode_adaptive_has_the_pause_of_steady_and_a_budget_of_ten_percent_unless_the_request_says_otherwise() {
        assertThat(read(WHOLE.formatted(", 'pacing': {'mode': 'ADAPTIVE'}")).pacing())
                .isEqualTo(new Pacing(Pacing.Mode.ADAPTIVE, Duration.ofSeconds(10), 10));
        assertThat(read(WHOLE.formatted(", 'pacing': {'mode': 'ADAPTIVE', 'latencyBudget': 25, 'pause': 'PT2S'}"))
                        .pacing())
                .isEqualTo(new Pacing(Pacing.Mode.ADAPTIVE, Duration.ofSeconds(2), 25));
    }

    @Test
    void mode_fast_has_no_pause_unless_one_of_nothing_is_spelled_out() {
        assertThat(read(WHOLE.formatted(", 'pacing': {'mode': 'FAST'}"))
                        .pacing()
                        .pause())
                .isEqualTo(Duration.ZERO);
        assertThat(read(WHOLE.formatted(", 'pacing': {'mode': 'FAST', 'pause': 'PT0S'}"))
                        .pacing()
                        .pause())
                .isEqualTo(Duration.ZERO);
        assertThat(problems(WHOLE.formatted(", 'pacing': {'mode': 'FAST', 'pause': 'PT10S'}")))
                .containsExactly("pacing.pause: mode FAST has no pause; leave it out, or choose \"mode\": \"STEADY\"");
    }

    @Test
    void thresholds_have_defaults_and_each_may_be_given() {
        assertThat(read(WHOLE.formatted("")).thresholds()).isEqualTo(Thresholds.DEFAULT);
        assertThat(read(WHOLE.formatted(", 'thresholds': {'cpu': 50, 'replicationLag': 'PT2S'}"))
                        .thresholds())
                .isEqualTo(new Thresholds(50, 80, Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofSeconds(2)));
    }

    @Test
    void thresholds_that_are_not_the_usual_ones_belong_to_the_canonical_text() {
        ExpandRequest usual = read(WHOLE.formatted(", 'thresholds': {'cpu': 70}"));
        ExpandRequest other = read(WHOLE.formatted(", 'thresholds': {'cpu': 71}"));

        assertThat(usual.canonical()).isEqualTo(read(WHOLE.formatted("")).canonical());
        assertThat(other.canonical()).contains("\"cpu\":71");
    }

    @Test
    void the_capacity_of_a_network_is_stated_with_its_unit() {
        assertThat(read(WHOLE.formatted(", 'thresholds': {'network': {'capacity': '10 Gbit/s'}}"))
                        .thresholds()
                        .network())
                .contains(new Network(1_250_000_000, 50));
        assertThat(read(WHOLE.formatted(", 'thresholds': {'network': {'capacity': '125MB/s', 'percent': 30}}"))
                        .thresholds()
                        .text())
                .endsWith(", network 30 % of 125.0 MB/s");
        assertThat(problems(WHOLE.formatted(", 'thresholds': {'network': {'capacity': '10', 'share': 1}}")))
                .containsExactly(
                        "thresholds.network.capacity: \"10\" is not a rate such as \"10 Gbit/s\" or \"1250 MB/s\"",
                        "thresholds.network.share: unknown field; known here: capacity, percent");
        assertThat(problems(WHOLE.formatted(", 'thresholds': {'network': '50 %'}")))
                .containsExactly("thresholds.network: an object belongs here, not a string");
    }

    @Test
    void thresholds_without_a_network_have_the_canonical_text_that_they_always_had() {
        assertThat(read(WHOLE.formatted(", 'thresholds': {'cpu': 71}")).canonical())
                .doesNotContain("network");
        assertThat(read(WHOLE.formatted(", 'thresholds': {'network': {'capacity': '1 Gbit/s'}}"))
                        .canonical())
                .contains("\"network\":{\"bytesPerSecond\":125000000,\"percent\":50}");
    }

    @Test
    void approval_and_how_far_to_go_do_not_belong_to_the_canonical_text() {
        ExpandRequest rehearsal = read(WHOLE.formatted(", 'stopAfter': 'PLAN'"));
        ExpandRequest run = read(WHOLE.formatted(", 'approval': 'NONE'"));

        assertThat(rehearsal.canonical()).isEqualTo(run.canonical());
        assertThat(rehearsal.canonical())
                .isNotEqualTo(read(WHOLE.formatted(", 'batch': {'slots': 99}")).canonical());
    }

    @Test
    void how_slots_migrate_belongs_to_the_canonical_text_where_it_is_not_left_open() {
        String open = read(WHOLE.formatted("")).canonical();

        assertThat(read(WHOLE.formatted(", 'batch': {'migration': 'AUTO'}")).canonical())
                .isEqualTo(open);
        assertThat(read(WHOLE.formatted(", 'batch': {'migration': 'ATOMIC'}")).canonical())
                .contains("\"batch\":{\"slots\":100,\"lanes\":4,\"migration\":\"ATOMIC\"}");
    }

    @Test
    void a_batch_of_the_usual_size_that_is_spelled_out_is_obeyed_and_has_the_canonical_text_of_one_left_open() {
        ExpandRequest open = read(WHOLE.formatted(""));
        ExpandRequest said = read(WHOLE.formatted(", 'batch': {'slots': 100}"));

        assertThat(said.batch().slots()).contains(100);
        assertThat(said.canonical()).isEqualTo(open.canonical());
    }

    @Test
    void a_request_for_a_plan_that_was_agreed_on_is_the_same_in_all_else() {
        ExpandRequest open = read(WHOLE.formatted(""));
        ExpandRequest agreed = open.agreedOn("f".repeat(64));

        assertThat(agreed.plan()).contains("f".repeat(64));
        assertThat(agreed.batch()).isEqualTo(open.batch());
        assertThat(agreed.canonical()).isEqualTo(open.canonical());
    }

    @Test
    void the_canonical_text_is_this_one() {
        assertThat(read(WHOLE.formatted("")).canonical())
                .isEqualTo(
                        "{\"cluster\":{\"name\":\"orders\",\"seeds\":[\"10.0.0.1:7000\"],\"credentials\":\"orders\"},"
                                + "\"add\":{\"masters\":[\"10.0.0.4:7000\",\"10.0.0.5:7000\"],\"replicas\":["
                                + "{\"node\":\"10.0.0.4:7001\"},{\"node\":\"10.0.0.5:7001\",\"replicaOf\":\"10.0.0.4:7000\"}]},"
                                + "\"backup\":\"none\",\"batch\":{\"slots\":100,\"lanes\":4},"
                                + "\"pacing\":{\"mode\":\"ADAPTIVE\",\"pause\":\"PT10S\"},\"attachReplicas\":\"AUTO\",\"onFailure\":\"ASK\",\"accept\":[]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}"})
    void no_request_is_answered_by_an_example(String json) {
        assertThat(problems(json))
                .containsExactly(
                        "request: there is none; a JSON object belongs here, such as " + RequestReader.EXAMPLE);
    }

    @Test
    void a_request_that_is_not_even_null_is_answered_by_an_example() {
        BadRequest refusal = catchThrowableOfType(BadRequest.class, () -> RequestReader.read(null));

        assertThat(refusal.problems()).singleElement().asString().startsWith("request: there is none");
    }

    @ParameterizedTest
    @CsvSource({"7, a number", "'\"x\"', a string", "[], an array", "true, a boolean"})
    void a_request_of_another_type_is_answered_by_its_type_and_an_example(String json, String kind) {
        assertThat(problems(json))
                .containsExactly(
                        "request: a JSON object belongs here, not " + kind + "; such as " + RequestReader.EXAMPLE);
    }

    @Test
    void a_backup_that_is_prepared_before_the_window_must_not_be_too_old_when_it_opens() {
        assertThat(problems(WHOLE.formatted(", 'window': {'from': '01:00', 'to': '05:00', 'zone': 'UTC'},"
                                + " 'prepareBefore': 'PT3H', 'backupOptions': {'maxAge': 'PT3H'}")
                        .replace("'backup': 'none'", "'backup': 'file:backups'")))
                .containsExactly("prepareBefore: PT3H is not less than backupOptions.maxAge, which is PT3H: the backup"
                        + " would be too old when the window opens");
    }

    @Test
    void every_problem_is_told_at_once() {
        assertThat(problems("""
                        {'cluster': {'name': 'or ders', 'seeds': []},
                         'add': {'mastres': ['10.0.0.4:7000'], 'masters': [7], 'replicas': ['10.0.0.4:99999']},
                         'batch': {'slots': 'many', 'lanes': 0}, 'tls': {}, 'bogus': 1}"""))
                .containsExactly(
                        "cluster.name: \"or ders\" is not 1 to 64 letters, digits, dots, dashes or underscores",
                        "cluster.seeds: at least one \"host:port\" of the cluster belongs here",
                        "add.masters[0]: a string \"host:port\" belongs here, not a number",
                        "add.replicas[0]: port 99999 is not between 1 and 65535",
                        "add.mastres: unknown field; did you mean \"masters\"?",
                        "backup: missing; a store belongs here, " + BackupTarget.FORMS
                                + ", or \"none\" spelled out, which goes without a backup",
                        "batch.slots: a whole number from 1 to 16384 belongs here, not a string",
                        "batch.lanes: 0 is not a whole number from 1 to 64",
                        "tls: not built yet; leave it out",
                        "bogus: unknown field; known here: cluster, add, backup, approval, stopAfter, balance, batch,"
                                + " pacing, attachReplicas, accept, onFailure, thresholds, backupOptions, bigKeys, window,"
                                + " prepareBefore, plan, tls, addressMap");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'balance': 'slots'       | balance: \"slots\" is not one of \"SLOTS\", \"KEYS\", \"MEMORY\", \"LOAD\"",
                "'stopAfter': 'BACKUP'    | stopAfter: \"BACKUP\" needs a store in backup: FORMS",
                "'stopAfter': 'backup'    | stopAfter: \"backup\" is not one of \"CHECKS\", \"PREFLIGHT\", \"PLAN\", \"BACKUP\"",
                "'backupOptions': {'parallel': 3} | backupOptions: there is no backup that they could apply to; leave them out",
                "'batch': {'migration': 'atomic'} | batch.migration: \"atomic\" is not one of \"AUTO\", \"KEYS\", \"ATOMIC\"",
                "'pacing': {'mode': 'adaptive'}   | pacing.mode: \"adaptive\" is not one of \"STEADY\", \"FAST\", \"ADAPTIVE\"",
                "'pacing': {'mode': 'STEADY', 'latencyBudget': 20} | pacing.latencyBudget: mode STEADY has none; leave it out, or choose \"mode\": \"ADAPTIVE\"",
                "'pacing': {'mode': 'ADAPTIVE', 'latencyBudget': 0} | pacing.latencyBudget: 0 is not a whole number from 1 to 1000",
                "'pacing': {'mode': 'ADAPTIVE', 'latencyBudget': '10 %'} | pacing.latencyBudget: a whole number from 1 to 1000 belongs here, not a string",
                "'thresholds': null       | thresholds: an object belongs here, not null",
                "'thresholds': {'cpu': 0} | thresholds.cpu: 0 is not a whole number from 1 to 100",
                "'thresholds': {'memory': '80 %'} | thresholds.memory: a whole number from 1 to 100 belongs here, not a string",
                "'thresholds': {'meanLatency': 5} | thresholds.meanLatency: an ISO-8601 duration such as \"PT0.005S\" belongs here, not a number",
                "'thresholds': {'p99Latency': 'PT0S'} | thresholds.p99Latency: PT0S is not between PT0.001S and PT1M",
                "'thresholds': {'network': 50} | thresholds.network: an object belongs here, not a number",
                "'thresholds': {'latency': 5} | thresholds.latency: unknown field; known here: cpu, memory, meanLatency, p99Latency, replicationLag, network",
                "'bigKeys': 10            | bigKeys: an object belongs here, not a number",
                "'bigKeys': {'limit': 10} | bigKeys.limit: a size from \"1KB\" to \"100MB\", such as \"10MB\" belongs here, not a number",
                "'bigKeys': {'limit': '10'} | bigKeys.limit: \"10\" is not a size from \"1KB\" to \"100MB\", such as \"10MB\"",
                "'bigKeys': {'limit': '10 MB'} | bigKeys.limit: \"10 MB\" is not a size from \"1KB\" to \"100MB\", such as \"10MB\"",
                "'bigKeys': {'hardLimit': '101MB'} | bigKeys.hardLimit: \"101MB\" is not a size from \"1KB\" to \"100MB\", such as \"10MB\"",
                "'bigKeys': {'limit': '2MB', 'hardLimit': '1MB'} | bigKeys.limit: 2MB is more than hardLimit, which is 1MB",
                "'bigKeys': {'limits': '2MB'} | bigKeys.limits: unknown field; did you mean \"limit\"?",
                "'plan': 'abc' | plan: the 64 hexadecimal digits of a plan's fingerprint belong here",
                "'tls': true              | tls: not built yet; leave it out",
                "'addressMap': {}         | addressMap: not built yet; leave it out",
                "'prepareBefore': 'PT3H'  | prepareBefore: there is no window that it could be before; leave it out, or add a window",
                "'window': {'from': '01:00', 'to': '05:00', 'zone': 'UTC'}, 'prepareBefore': 'PT24H' | prepareBefore: PT24H is not between PT1M and PT23H",
                "'window': '01:00-05:00' | window: an object belongs here, not a string",
                "'window': {'from': '25:00', 'to': '05:00', 'zone': 'UTC'} | window.from: \"25:00\" is not a time of day such as \"01:00\"",
                "'window': {'from': '01:00', 'to': '05:00', 'zone': 'Mars'} | window.zone: \"Mars\" is not a time zone such as \"Europe/Berlin\" or \"UTC\"",
                "'window': {'from': '01:00', 'to': '05:00'} | window.zone: missing; a time zone such as \"Europe/Berlin\" or \"UTC\" belongs here",
                "'window': {'from': '01:00', 'to': '01:00', 'zone': 'UTC'} | window.to: the same as from; leave the window out where batches may start at any time",
                "'window': {'from': '01:00', 'to': '05:00', 'zone': 'UTC', 'days': 'Sat'} | window.days: unknown field; known here: from, to, zone",
                "'approval': true         | approval: one of \"REQUIRED\", \"NONE\" belongs here, not a boolean",
                "'approval': null         | approval: one of \"REQUIRED\", \"NONE\" belongs here, not null",
                "'pacing': {'pause': 10}  | pacing.pause: an ISO-8601 duration such as \"PT10S\" belongs here, not a number",
                "'pacing': {'pause': '10s'}   | pacing.pause: \"10s\" is not an ISO-8601 duration such as \"PT10S\"",
                "'pacing': {'pause': '-PT1S'} | pacing.pause: -PT1S is not between PT0S and PT24H",
                "'batch': {'slots': 1.5}  | batch.slots: 1.5 is not a whole number from 1 to 16384",
                "'batch': {'slots': 20000} | batch.slots: 20000 is not a whole number from 1 to 16384",
                "'batch': 7               | batch: an object belongs here, not a number",
                "'accept': 'x'            | accept: an array of \"check\" or \"check@host:port\" belongs here, not a string",
                "'accept': ['No Such']    | accept[0]: \"No Such\" is not \"check\" or \"check@host:port\"",
                "'atachReplicas': 'AUTO'  | atachReplicas: unknown field; did you mean \"attachReplicas\"?",
            })
    void what_does_not_fit_is_refused_by_its_path(String field, String problem) {
        assertThat(problems(WHOLE.formatted(", " + field)))
                .containsExactly(problem.replace("FORMS", BackupTarget.FORMS));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'file:'        | backup: after \"file:\" a folder on the worker belongs, such as \"file:backups\" or \"file:/var/backups/redis\"",
                "'file://host/x' | backup: after \"file:\" a folder on the worker belongs, such as \"file:backups\" or \"file:/var/backups/redis\"",
                "'s3:bucket'    | backup: after \"s3://\" the name of a bucket belongs, of 3 to 63 small letters, digits, dots and dashes, without user or password; in all FORMS",
                "'s3://me:hunter2@bucket' | backup: after \"s3://\" the name of a bucket belongs, of 3 to 63 small letters, digits, dots and dashes, without user or password; in all FORMS",
                "'s3://bucket?region' | backup: \"region\" needs one value, as in \"region=…\"",
                "'s3://bucket?regoin=eu' | backup: \"regoin\" is not known here; known: region, endpoint, pathStyle, credentials",
                "'s3://bucket?endpoint=10.0.0.9:9000' | backup: endpoint is http://host:port or https://host:port, without user, password or path",
                "'s3://bucket?pathStyle=yes' | backup: pathStyle is true or false",
                "'no'           | backup: this is neither \"none\" nor a store: FORMS",
                "false          | backup: a store or \"none\" belongs here, not a boolean",
            })
    void a_backup_that_is_neither_a_store_nor_none_is_refused(String backup, String problem) {
        assertThat(problems(WHOLE.formatted("").replace("'backup': 'none'", "'backup': " + backup.strip())))
                .containsExactly(problem.replace("FORMS", BackupTarget.FORMS));
    }

    @Test
    void stores_are_read_with_all_that_they_say() {
        assertThat(BackupTarget.parse("file:backups/redis")).isEqualTo(new BackupTarget.Folder("backups/redis"));
        assertThat(BackupTarget.parse("s3://redis-backups"))
                .isEqualTo(new BackupTarget.Bucket(
                        "redis-backups", "", Optional.empty(), Optional.empty(), false, Optional.empty()));
        assertThat(BackupTarget.parse("s3://redis-backups/prod/orders/?region=eu-central-1"
                        + "&endpoint=http://10.0.0.9:9000&pathStyle=true&credentials=minio"))
                .isEqualTo(new BackupTarget.Bucket(
                        "redis-backups",
                        "prod/orders",
                        Optional.of("eu-central-1"),
                        Optional.of("http://10.0.0.9:9000"),
                        true,
                        Optional.of("minio")));
    }

    @Test
    void a_backup_alone_needs_nothing_to_add() {
        ExpandRequest request = read("{'cluster': {'name': 'orders', 'seeds': ['10.0.0.1:7000']},"
                + " 'backup': 'file:backups', 'stopAfter': 'BACKUP'}");

        assertThat(request.add().masters()).isEmpty();
        assertThat(problems("{'cluster': {'name': 'orders', 'seeds': ['10.0.0.1:7000']}, 'backup': 'file:backups'}"))
                .containsExactly("add: missing; an object belongs here");
    }

    @Test
    void options_of_the_backup_that_are_not_the_usual_ones_belong_to_the_canonical_text() {
        String stored = WHOLE.replace("'backup': 'none'", "'backup': 'file:b'");
        ExpandRequest other = read(stored.formatted(", 'backupOptions': {'restoreCheck': true, 'maxAge': 'PT6H'}"));

        assertThat(other.backupOptions()).isEqualTo(new BackupOptions(true, 2, Duration.ofHours(6)));
        assertThat(other.canonical()).contains("\"backupOptions\":{\"restoreCheck\":true");
        assertThat(read(stored.formatted(", 'backupOptions': {'parallel': 2}")).canonical())
                .isEqualTo(read(stored.formatted("")).canonical());
        assertThat(problems(stored.formatted(", 'backupOptions': {'restoreCheck': 'yes', 'maxAge': 'PT1S', 'x': 1}")))
                .containsExactly(
                        "backupOptions.restoreCheck: true or false belongs here, not a string",
                        "backupOptions.maxAge: PT1S is not between PT1M and PT720H",
                        "backupOptions.x: unknown field; known here: restoreCheck, parallel, maxAge");
    }

    @Test
    void a_node_that_is_named_twice_is_refused_with_both_places() {
        assertThat(problems(WHOLE.formatted("").replace("'10.0.0.5:7000'", "'10.0.0.1:7000'")))
                .containsExactly("add.masters[1]: 10.0.0.1:7000 is named twice, first at cluster.seeds[0]");
    }

    @Test
    void a_replica_of_itself_is_refused() {
        assertThat(problems(
                        WHOLE.formatted("").replace("'replicaOf': '10.0.0.4:7000'", "'replicaOf': '10.0.0.5:7001'")))
                .containsExactly("add.replicas[1].replicaOf: a node cannot be a replica of itself");
    }

    @Test
    void nothing_to_add_is_refused() {
        assertThat(problems("{'cluster': {'name': 'a', 'seeds': ['h:1']}, 'add': {}, 'backup': 'none'}"))
                .containsExactly("add: nothing to add; at least one \"host:port\" belongs into masters or replicas");
    }

    @Test
    void a_password_that_was_typed_into_an_address_or_as_credentials_is_not_repeated() {
        List<String> problems = problems(WHOLE.formatted("")
                .replace("'10.0.0.1:7000'", "'redis://me:hunter2@10.0.0.1:7000'")
                .replace("'credentials': 'orders'", "'credentials': 'hunter2!'"));

        assertThat(problems).hasSize(2).noneMatch(problem -> problem.contains("hunter2"));
    }

    private static ExpandRequest read(String json) {
        return RequestReader.read(tree(json));
    }

    private static List<String> problems(String json) {
        return catchThrowableOfType(BadRequest.class, () -> read(json)).problems();
    }

    private static JsonNode tree(String json) {
        try {
            return SlotferryJson.mapper().readTree(json.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
