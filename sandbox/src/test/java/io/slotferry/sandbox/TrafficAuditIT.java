package io.slotferry.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.sandbox.Finding.Fault;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.util.JedisClusterCRC16;

class TrafficAuditIT {
    @ParameterizedTest
    @MethodSource("io.slotferry.servers.WantedServer#all")
    void slots_that_move_under_traffic_lose_no_write(WantedServer wanted) {
        ServerBinary binary = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster cluster = startCluster(binary)) {
            Access access = Access.to(cluster);
            Dataset dataset = Dataset.of(20_000).ofMixedTypes();
            dataset.fill(access);
            try (Traffic traffic =
                    Traffic.on(access).keys(4_000).rate(2_000).reading(dataset).start("before")) {
                Awaitility.await()
                        .atMost(Duration.ofMinutes(1))
                        .until(() -> traffic.report().reads() > 500);
                traffic.mark("during");
                SlotCarrier carrier = new SlotCarrier(cluster);
                for (int slot = 0; slot < 400; slot++) {
                    carrier.move(
                            slot, cluster.masters().get(0), cluster.masters().get(1));
                }
                TrafficReport report = traffic.stop();
                AuditReport audit =
                        new Audit(access).traffic(traffic).dataset(dataset).run();

                assertThat(report.errors()).isEmpty();
                assertThat(report.wrongReads()).isEmpty();
                assertThat(report.latencies()).containsOnlyKeys("before", "during");
                assertThat(report.latencies().get("during").calls()).isPositive();
                assertThat(report.writes()).isGreaterThanOrEqualTo(4_000);
                assertThat(audit.passed()).as(audit.toString()).isTrue();
                assertThat(audit.lostWrites()).isZero();
                assertThat(audit.keysRead()).isEqualTo(4_000 + 20_000);
                assertThat(audit.masters().get(0).slots()
                                + audit.masters().get(1).slots())
                        .isEqualTo(SlotOwners.SLOTS);
            }
        }
    }

    @Test
    void whatever_is_changed_behind_its_back_is_found_and_named() {
        try (LocalCluster cluster = startCluster(ServerBinary.find())) {
            Access access = Access.to(cluster);
            Dataset dataset = Dataset.of(1_000).ofMixedTypes();
            dataset.fill(access);
            try (Traffic traffic = Traffic.on(access).keys(900).rate(1_000).start("before")) {
                Awaitility.await()
                        .atMost(Duration.ofMinutes(1))
                        .until(() -> traffic.report().writes() > 1_500);
                traffic.stop();
                Map<Fault, String> damaged;
                try (RedisClusterClient client = access.client()) {
                    damaged = damage(traffic, client);
                    client.del(dataset.key(1));
                    client.lset(dataset.key(12), 0, "another");
                }

                AuditReport audit =
                        new Audit(access).traffic(traffic).dataset(dataset).run();

                assertThat(audit.passed()).isFalse();
                damaged.forEach((fault, key) -> assertThat(audit.findings()).anySatisfy(finding -> {
                    assertThat(finding.fault()).isEqualTo(fault);
                    assertThat(finding.key()).isEqualTo(key);
                    assertThat(finding.slot()).isEqualTo(JedisClusterCRC16.getSlot(key));
                    assertThat(finding.owner()).startsWith("127.0.0.1:");
                }));
                assertThat(keysWith(audit, Fault.LOST)).contains(dataset.key(1));
                assertThat(keysWith(audit, Fault.WRONG)).contains(dataset.key(12));
                assertThat(audit.counts().values().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                        .isEqualTo(Kind.values().length + 2);
                assertThat(audit.toString()).contains("lost").contains(damaged.get(Fault.LOST));
            }
        }
    }

    /** Damages one key of each kind; answers one key for each fault that must be found. */
    private static Map<Fault, String> damage(Traffic traffic, RedisClusterClient client) {
        client.del(one(traffic, Kind.STRING));
        client.hset(one(traffic, Kind.HASH), "stray", "x");
        String list = one(traffic, Kind.LIST);
        client.rpush(list, client.lpop(list));
        client.sadd(one(traffic, Kind.SET), "stray");
        String ranking = one(traffic, Kind.SORTED_SET);
        client.zincrby(ranking, 0.5, client.zrange(ranking, 0, 0).get(0));
        client.xadd(one(traffic, Kind.STREAM), StreamEntryID.NEW_ENTRY, Map.of("stray", "x"));
        client.persist(one(traffic, Kind.EXPIRING));
        String shortLived = stays(traffic, client);
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> tracked(traffic, Kind.SHORT_LIVED)
                .filter(key -> key.key().equals(shortLived))
                .allMatch(key -> key.check(client)
                        .filter(finding -> finding.fault() == Fault.NOT_EXPIRED)
                        .isPresent()));
        String pair = one(traffic, Kind.PAIR);
        client.set(pair, "a#0:older");
        return Map.of(
                Fault.LOST, one(traffic, Kind.STRING),
                Fault.WRONG, one(traffic, Kind.STREAM),
                Fault.WRONG_TTL, one(traffic, Kind.EXPIRING),
                Fault.NOT_EXPIRED, shortLived);
    }

    /** One that is there for good, whether or not it had gone already: they live for some seconds, and this may come late. */
    private static String stays(Traffic traffic, RedisClusterClient client) {
        String key = tracked(traffic, Kind.SHORT_LIVED)
                .filter(written -> !written.acknowledged().isNone())
                .findFirst()
                .orElseThrow()
                .key();
        client.set(key, "stays");
        return key;
    }

    private static String one(Traffic traffic, Kind kind) {
        return tracked(traffic, kind)
                .filter(key -> !key.current().isNone())
                .max(Comparator.comparingInt(key -> key.current().parts().size()))
                .orElseThrow()
                .key();
    }

    private static Stream<TrackedKey> tracked(Traffic traffic, Kind kind) {
        return traffic.keys().stream().filter(key -> key.kind() == kind);
    }

    private static List<String> keysWith(AuditReport audit, Fault fault) {
        return audit.findings().stream()
                .filter(finding -> finding.fault() == fault)
                .map(Finding::key)
                .toList();
    }

    @Test
    void a_key_on_a_node_that_does_not_own_its_slot_is_found() {
        try (LocalCluster cluster = startCluster(ServerBinary.find())) {
            LocalNode owner = cluster.masters().get(0);
            LocalNode stranger = cluster.masters().get(1);
            Access access = Access.to(cluster);
            try (Jedis jedis = owner.jedis()) {
                jedis.set("{b}:both", "own");
            }
            // Slot 3300, in the first half.
            SlotCarrier carrier = new SlotCarrier(cluster);
            carrier.strand("{b}:both", 3_300, owner, stranger);
            carrier.strand("{b}:alone", 3_300, owner, stranger);

            AuditReport audit = new Audit(access).run();

            assertThat(keysWith(audit, Fault.TWICE)).containsExactly("{b}:both");
            assertThat(keysWith(audit, Fault.ORPHAN)).containsExactly("{b}:alone");
            assertThat(audit.keysSwept()).isEqualTo(3);
        }
    }

    @Test
    void a_slot_without_owner_is_found() {
        try (LocalCluster cluster = startCluster(ServerBinary.find())) {
            try (Jedis jedis = cluster.masters().get(0).jedis()) {
                jedis.clusterDelSlots(7);
            }
            assertThat(new Audit(Access.to(cluster)).run().findings())
                    .extracting(Finding::fault, Finding::slot)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(Fault.UNCOVERED, 7));
        }
    }

    @ParameterizedTest
    @MethodSource("serversWithDatabases")
    void a_dataset_in_another_database_is_filled_checked_and_swept(WantedServer wanted) {
        ServerBinary binary = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster cluster = LocalCluster.builder(binary)
                .masters(2)
                .replicasPerMaster(0)
                .config("cluster-databases 4")
                .start()) {
            Access access = Access.to(cluster);
            Dataset inThird = Dataset.of(2_000).inDatabase(3);
            inThird.fill(access);
            Dataset inFirst = Dataset.of(500);
            inFirst.fill(access);

            AuditReport audit =
                    new Audit(access).dataset(inThird).dataset(inFirst).run();

            assertThat(audit.passed()).as(audit.toString()).isTrue();
            assertThat(audit.keysSwept()).isEqualTo(2_500);
            assertThat(Dataset.of(2_000).check(access)).isNotEmpty();
        }
    }

    static Stream<WantedServer> serversWithDatabases() {
        return WantedServer.named("valkey-9.1");
    }

    @Test
    void a_write_without_an_answer_may_have_been_executed_or_not() {
        try (LocalCluster cluster = startCluster(ServerBinary.find())) {
            Access access = Access.to(cluster);
            try (Traffic traffic = Traffic.on(access).keys(900).rate(1_000).start("before")) {
                Awaitility.await()
                        .atMost(Duration.ofMinutes(1))
                        .until(() -> traffic.report().writes() > 1_500);
                cluster.masters().get(0).restart(true);
                Awaitility.await()
                        .atMost(Duration.ofMinutes(1))
                        .until(() -> traffic.report().writes() > 3_000);
                TrafficReport report = traffic.stop();
                cluster.awaitReady();
                AuditReport audit = new Audit(access).traffic(traffic).run();

                assertThat(report.errors()).isNotEmpty();
                assertThat(audit.uncertain()).isEqualTo(report.uncertain());
                assertThat(audit.lostWrites()).as(audit.toString()).isZero();
            }
        }
    }

    /** One that waited for each answer before it looked at the clock would count four slow calls. */
    @Test
    void a_stall_is_counted_for_every_call_that_was_due_meanwhile() throws Exception {
        try (LocalCluster cluster = startCluster(ServerBinary.find());
                Traffic traffic = Traffic.on(Access.to(cluster))
                        .keys(900)
                        .rate(1_000)
                        .writers(4)
                        .start("warming up")) {
            traffic.mark("stall");
            cluster.masters().forEach(LocalNode::suspend);
            Thread.sleep(1_000);
            cluster.masters().forEach(LocalNode::resume);
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> traffic.report().latencies().get("stall").calls() > 2_000);
            Latency stall = traffic.stop().latencies().get("stall");

            assertThat(stall.p99()).isGreaterThan(Duration.ofMillis(500));
            // However many quick calls followed: a thousand that were due in that second waited half of it on average.
            assertThat(stall.mean().multipliedBy(stall.calls())).isGreaterThan(Duration.ofSeconds(100));
        }
    }

    private static LocalCluster startCluster(ServerBinary binary) {
        // Of two masters neither serves while it cannot hear the other: a busy machine is to be no failure.
        return LocalCluster.builder(binary)
                .masters(2)
                .replicasPerMaster(0)
                .nodeTimeout(Duration.ofSeconds(30))
                .start();
    }
}
