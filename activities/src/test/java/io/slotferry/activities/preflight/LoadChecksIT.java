package io.slotferry.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.BusyCore;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.PreflightReport;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/** Nodes under real load, with real clients: what is over a limit warns, and refuses nothing. */
class LoadChecksIT {
    private static final String WAITS =
            " -> the run would wait at its first batch until this is over; choose a quieter hour,"
                    + " or state other thresholds";

    private static PreflightStage stage;

    @BeforeAll
    static void start() {
        stage = new PreflightStage(LocalCluster.builder(new WantedServer("redis-7.0").orSkip(TestAbortedException::new))
                .hosts("127.0.0.1", "127.0.0.2", "127.0.0.3")
                .start());
        stage.newMaster(stage.cluster().startSpare("127.0.0.4"));
    }

    @AfterAll
    static void stop() {
        if (stage != null) {
            stage.close();
        }
    }

    @AfterEach
    void putBack() {
        stage.quiet();
    }

    private static LocalNode master() {
        return stage.cluster().masters().get(0);
    }

    private static LocalNode replica() {
        return stage.cluster().replicas().get(0);
    }

    private static String figures(String text) {
        return text.replaceAll("(?<![\\w.{-])[0-9]+(\\.[0-9]+)?(?= )", "N");
    }

    private static <T> T underLoad(LocalNode node, Supplier<T> look) {
        int clients = 3;
        try (BusyCore busy = new BusyCore(node, clients, Duration.ofMillis(60))) {
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
                try (Jedis jedis = node.jedis()) {
                    return jedis.slowlogLen() >= clients;
                }
            });
            return look.get();
        }
    }

    @Test
    void a_busy_master_is_over_the_limits_of_cpu_and_latency_and_shows_in_its_slow_log() {
        stage.thresholds().put("cpu", 1).put("meanLatency", "PT0.005S").put("p99Latency", "PT0.02S");

        // On a busy machine any command may take as long as those that follow.
        BusyCore.once(master(), Duration.ofSeconds(1));

        PreflightReport report = underLoad(master(), stage::report);

        assertThat(figures(stage.says(report, CheckName.LOAD_CPU)))
                .contains(
                        "WARN@{master-0}: {master-0} used N % of a core over N ms, limit N % (thresholds.cpu)" + WAITS);
        assertThat(figures(stage.says(report, CheckName.LATENCY_MEAN)))
                .contains(
                        "WARN@{master-0}: {master-0} answers with a mean of N ms over N PINGs from the worker, limit N ms"
                                + " (thresholds.meanLatency)" + WAITS);
        assertThat(figures(stage.says(report, CheckName.LATENCY_P99)))
                .contains(
                        "WARN@{master-0}: {master-0} answers with a p99 of N ms over N PINGs from the worker, limit N ms"
                                + " (thresholds.p99Latency)" + WAITS);
        assertThat(figures(stage.says(report, CheckName.SLOW_LOG)).replace("commands", "command"))
                .contains("WARN@{master-0}: the slow log of {master-0} has N command of the last hour that took N ms or"
                        + " longer, the worst EVAL with N ms -> SLOWLOG GET there; such a command stalls the moving of"
                        + " slots as it stalls every client");
        assertThat(report.passed()).as("it waits instead").isTrue();
    }

    @Test
    void traffic_over_the_stated_share_of_the_capacity_warns_and_without_a_capacity_nothing_passes() {
        stage.thresholds().putObject("network").put("capacity", "1 kbit/s").put("percent", 1);
        assertThat(figures(stage.says(CheckName.LOAD_NETWORK)))
                .contains("WARN@{master-0}: {master-0} moved N MB/s over N ms, limit N % of N MB/s (thresholds.network)"
                        + WAITS);

        stage.thresholds().remove("network");
        assertThat(stage.says(CheckName.LOAD_NETWORK))
                .isEqualTo(
                        "NOT_APPLICABLE: the request states no capacity (\"thresholds\": {\"network\": {\"capacity\": \"10"
                                + " Gbit/s\"}})");
    }

    @Test
    void a_source_that_is_nearly_full_warns() {
        assertThat(figures(With.setting(master(), "maxmemory", "2mb", () -> stage.says(CheckName.LOAD_MEMORY))))
                .isEqualTo(
                        "WARN@{master-0}: {master-0} uses N % of its memory (N of N MB), limit N % (thresholds.memory) ->"
                                + " nothing to do where it is to give slots: that is what relieves it");
    }

    @Test
    void a_replica_that_fell_behind_and_is_not_linked_is_named() {
        try (Jedis jedis = master().jedis()) {
            stage.thresholds().put("replicationLag", "PT0.5S");
            jedis.aclSetUser("default", "-psync", "-sync");
            jedis.sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "REPLICA");
            jedis.set("{06S}", "a write that the replica does not see");
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
                try (Jedis replica = replica().jedis()) {
                    return replica.info("replication").contains("master_link_status:down");
                }
            });

            PreflightReport report = stage.report();

            jedis.aclSetUser("default", "+@all");
            assertThat(figures(stage.says(report, CheckName.REPLICATION_LAG)))
                    .isEqualTo(
                            "WARN@{replica-0}: {replica-0} lacks N bytes of what its master had written N ms before, limit"
                                    + " N ms (thresholds.replicationLag)" + WAITS);
            assertThat(stage.says(report, CheckName.REPLICA_IN_SYNC).lines())
                    .containsExactlyInAnyOrder(
                            "FAIL@{master-0}: no replica of {master-0} (its ID) has master_link_status:up -> see INFO"
                                    + " replication on {replica-0}; wait until it is linked and synchronised",
                            "PASS: 2 other nodes: a replica is linked and in sync");
            stage.cluster().awaitReady();
        }
    }

    @Test
    void clients_that_read_from_replicas_are_counted() {
        try (Jedis reader = replica().jedis();
                Jedis another = replica().jedis()) {
            reader.readonly();
            another.readonly();
            assertThat(stage.says(CheckName.READONLY_CLIENTS))
                    .isEqualTo(
                            "WARN@{replica-0}: 2 clients of {replica-0} sent READONLY: while a slot moves, a replica of its"
                                    + " source answers that a key which has moved is not there -> have them read from masters while"
                                    + " slots move, or see that a missing key does no harm (a cache)");
        }
    }

    @Test
    void a_client_that_does_not_read_its_answers_is_named() throws IOException {
        try (Jedis jedis = master().jedis();
                Socket client = new Socket(master().host(), master().port())) {
            jedis.set("{06S}big", "x".repeat(1_000_000));
            client.getOutputStream()
                    .write(("CLIENT SETNAME sleeper\r\n" + "GET {06S}big\r\n".repeat(40))
                            .getBytes(StandardCharsets.UTF_8));
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> jedis.clientList()
                    .matches("(?s).*name=sleeper [^\n]*omem=[0-9]{8,}.*"));

            String says = stage.says(CheckName.CLIENT_BUFFERS);

            jedis.del("{06S}big");
            assertThat(says.replaceAll("id=[0-9]+ addr=\\S+", "id=I addr=A").replaceAll("[0-9]+\\.[0-9] MB", "N MB"))
                    .isEqualTo(
                            "WARN@{master-0}: {master-0} holds large buffers for client id=I addr=A name=sleeper (omem N"
                                    + " MB, qbuf N MB), limit 10 MB -> see CLIENT LIST there: a client that does not read its"
                                    + " answers takes the memory that moving needs");
        }
    }
}
