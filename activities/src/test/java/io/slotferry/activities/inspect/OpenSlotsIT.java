package io.slotferry.activities.inspect;

import static io.slotferry.activities.inspect.BrokenCluster.cluster;
import static io.slotferry.activities.inspect.BrokenCluster.importing;
import static io.slotferry.activities.inspect.BrokenCluster.migrating;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.credentials.Credential;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** Every kind of open slot is named, and closed by the commands that are printed, without the loss of a key. */
class OpenSlotsIT {
    private static final Map<WantedServer, BrokenCluster> CLUSTERS = new ConcurrentHashMap<>();
    private static final Credential SECRET = new Credential(Optional.of("operator"), "it's $secret");

    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-7.0", "valkey-9.1");
    }

    static Stream<WantedServer> redis() {
        return WantedServer.named("redis-7.0");
    }

    static Stream<WantedServer> valkey() {
        return WantedServer.named("valkey-9.1");
    }

    /** One for all cases: each leaves it whole. */
    private static BrokenCluster on(WantedServer server) {
        return CLUSTERS.computeIfAbsent(
                server,
                wanted -> new BrokenCluster(
                        LocalCluster.builder(wanted.orSkip(TestAbortedException::new))
                                .masters(3)
                                .replicasPerMaster(1)
                                .aclUser(SECRET.username().orElseThrow(), SECRET.password())
                                .start(),
                        Optional.of(SECRET)));
    }

    @AfterAll
    static void close() {
        CLUSTERS.values().forEach(BrokenCluster::close);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_whole_cluster_has_nothing_amiss(WantedServer server) {
        on(server).awaitHealthy();

        Inspection inspection = on(server).inspect();

        assertThat(inspection.findings()).isEmpty();
        assertThat(inspection.masters()).hasSize(3).allMatch(line -> line.replicas() == 1 && line.keys() > 0);
        assertThat(InspectionText.of(inspection, true)).contains("6 nodes, 6 answered", "Nothing is amiss.");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_slot_that_is_imported_and_not_given_away(WantedServer server) {
        BrokenCluster broken = on(server);
        broken.keysIn(11, 3);
        importing(broken.master(1), 11, broken.master(0));

        Finding finding = broken.awaitFinding(FindingKind.OPEN_SLOT_IMPORTING_ONLY);

        assertThat(finding.title()).startsWith("Slot 11 is imported by a node");
        broken.mend(finding);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_slot_that_is_given_away_and_imported_by_nobody(WantedServer server) {
        BrokenCluster broken = on(server);
        broken.keysIn(12, 3);
        migrating(broken.master(0), 12, broken.master(1));
        migrating(broken.master(0), 13, broken.master(1));
        migrating(broken.master(0), 14, broken.master(1));

        Finding finding = broken.awaitFinding(FindingKind.OPEN_SLOT_MIGRATING_ONLY);

        assertThat(finding.title()).startsWith("Slots 12-14 are migrating on their owner");
        broken.mend(finding);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_move_that_was_opened_and_sent_nothing_yet(WantedServer server) {
        BrokenCluster broken = on(server);
        broken.keysIn(21, 25);
        importing(broken.master(1), 21, broken.master(0));
        migrating(broken.master(0), 21, broken.master(1));

        Finding finding = broken.awaitFinding(FindingKind.OPEN_SLOT_HALF_MOVED);

        assertThat(finding.seen()).anyMatch(line -> line.contains("owns it, has it migrating to"));
        broken.mend(finding);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_move_that_has_sent_some_keys(WantedServer server) {
        BrokenCluster broken = on(server);
        List<String> keys = broken.keysIn(22, 4);
        importing(broken.master(1), 22, broken.master(0));
        migrating(broken.master(0), 22, broken.master(1));
        broken.migrate(broken.master(0), broken.master(1), keys.subList(0, 3));

        Finding finding = broken.awaitFinding(FindingKind.OPEN_SLOT_HALF_MOVED);

        assertThat(finding.seen())
                .anyMatch(line -> line.endsWith("holds 1 key."))
                .anyMatch(line -> line.endsWith("holds 3 keys."));
        broken.mend(finding);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_move_whose_target_forgot_that_it_imports(WantedServer server) {
        BrokenCluster broken = on(server);
        List<String> keys = broken.keysIn(23, 3);
        importing(broken.master(1), 23, broken.master(0));
        migrating(broken.master(0), 23, broken.master(1));
        broken.migrate(broken.master(0), broken.master(1), keys.subList(0, 2));
        cluster(broken.master(1), "SETSLOT", "23", "STABLE");

        Finding finding = broken.awaitFinding(FindingKind.OPEN_SLOT_HALF_MOVED);

        assertThat(finding.means()).contains("The target does not import it any more");
        broken.mend(finding);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_move_whose_source_forgot_that_it_gives_away(WantedServer server) {
        BrokenCluster broken = on(server);
        List<String> keys = broken.keysIn(24, 30);
        importing(broken.master(1), 24, broken.master(0));
        migrating(broken.master(0), 24, broken.master(1));
        broken.migrate(broken.master(0), broken.master(1), keys);
        cluster(broken.master(0), "SETSLOT", "24", "STABLE");

        Finding finding = broken.awaitFinding(FindingKind.OPEN_SLOT_IMPORTING_ONLY);

        assertThat(finding.seen()).anyMatch(line -> line.endsWith("holds 30 keys."));
        assertThat(finding.means()).contains("cannot be read by anybody");
        broken.mend(finding);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_slot_that_two_nodes_import(WantedServer server) {
        BrokenCluster broken = on(server);
        List<String> keys = broken.keysIn(31, 6);
        importing(broken.master(1), 31, broken.master(0));
        migrating(broken.master(0), 31, broken.master(1));
        broken.migrate(broken.master(0), broken.master(1), keys.subList(0, 2));
        importing(broken.master(2), 31, broken.master(0));
        migrating(broken.master(0), 31, broken.master(2));
        broken.migrate(broken.master(0), broken.master(2), keys.subList(2, 4));

        Finding finding = broken.awaitFinding(FindingKind.OPEN_SLOT_HALF_MOVED);

        assertThat(finding.seen().stream().filter(line -> line.contains("importing from")))
                .hasSize(2);
        broken.mend(finding);
    }

    @ParameterizedTest
    @MethodSource("redis")
    void a_slot_that_was_finished_on_the_target_while_a_third_node_imports_it(WantedServer server) {
        BrokenCluster broken = on(server);
        finishOnTarget(broken);

        Finding finding = broken.awaitFinding(FindingKind.OPEN_SLOT_IMPORTING_ONLY);

        // An importing node does not hear by gossip who owns the slot: the views stay split.
        assertThat(broken.inspect().findings())
                .anySatisfy(other -> assertThat(other.kind()).isEqualTo(FindingKind.VIEWS_DIFFER.text()));
        broken.mend(finding);
    }

    @ParameterizedTest
    @MethodSource("valkey")
    void valkey_closes_by_itself_what_was_finished_on_the_target(WantedServer server) {
        BrokenCluster broken = on(server);
        finishOnTarget(broken);

        broken.awaitHealthy();
        broken.assertKeys();
    }

    private static void finishOnTarget(BrokenCluster broken) {
        List<String> keys = broken.keysIn(41, 3);
        LocalNode source = broken.master(0);
        LocalNode target = broken.master(1);
        importing(broken.master(2), 41, source);
        importing(target, 41, source);
        migrating(source, 41, target);
        broken.migrate(source, target, keys);
        cluster(target, "SETSLOT", "41", "NODE", target.nodeId());
    }

    @ParameterizedTest
    @MethodSource("redis")
    void a_slot_that_was_finished_and_is_open_on_its_former_owner(WantedServer server) {
        BrokenCluster broken = on(server);
        List<String> keys = broken.keysIn(42, 3);
        LocalNode source = broken.master(0);
        LocalNode target = broken.master(1);
        importing(target, 42, source);
        migrating(source, 42, target);
        broken.migrate(source, target, keys);
        cluster(target, "SETSLOT", "42", "NODE", target.nodeId());

        Finding finding = broken.awaitFinding(FindingKind.OPEN_SLOT_LEFT_OVER);

        assertThat(finding.means()).contains("the tool ended before it told the others");
        broken.mend(finding);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_slot_with_a_key_made_anew_is_not_closed_by_any_command(WantedServer server) {
        BrokenCluster broken = on(server);
        List<String> keys = broken.keysIn(51, 2);
        LocalNode source = broken.master(0);
        LocalNode target = broken.master(1);
        importing(target, 51, source);
        migrating(source, 51, target);
        broken.migrate(source, target, keys);
        cluster(source, "SETSLOT", "51", "STABLE");
        broken.put(keys.get(0), "another value");

        Finding finding = broken.awaitFinding(FindingKind.KEYS_ON_TWO_NODES);

        assertThat(finding.commands()).isEmpty();
        assertThat(finding.seen()).anyMatch(line -> line.endsWith("the copies differ."));
        assertThat(finding.first()).contains("ASKING, then UNLINK key");
        try (Jedis jedis = target.jedis()) {
            // As an operator does who has found the new one right.
            jedis.sendCommand(redis.clients.jedis.Protocol.Command.ASKING);
            jedis.unlink(keys.get(0));
        }
        broken.mend(broken.awaitFinding(FindingKind.OPEN_SLOT_IMPORTING_ONLY));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void commands_stop_where_the_slot_was_closed_meanwhile(WantedServer server) {
        BrokenCluster broken = on(server);
        broken.keysIn(61, 2);
        importing(broken.master(1), 61, broken.master(0));
        migrating(broken.master(0), 61, broken.master(1));
        Finding finding = broken.awaitFinding(FindingKind.OPEN_SLOT_HALF_MOVED);
        cluster(broken.master(0), "SETSLOT", "61", "STABLE");
        cluster(broken.master(1), "SETSLOT", "61", "STABLE");

        assertThat(broken.run(finding)).startsWith("exit 1\n").contains("Stopped at slot 61");

        broken.awaitHealthy();
        broken.assertKeys();
    }
}
