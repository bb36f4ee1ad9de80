package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.distribution.GrowingCluster.Outcome;
import io.slotferry.sandbox.Dataset;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalClusterBuilder;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.resps.LibraryInfo;

/** The ACL user that docs/CREDENTIALS.md prints may do all that is needed. */
class RightsIT {
    private static final String GRANT = "ACL SETUSER slotferry on >PASSWORD ";
    private static TemporalAndWorker backstage;

    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-6.2", "valkey-9.1");
    }

    @BeforeAll
    static void startBackstage() {
        backstage = TemporalAndWorker.start();
    }

    @AfterAll
    static void stopBackstage() {
        backstage.close();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void the_documented_rights_are_enough_for_a_backup_an_expansion_and_for_taking_nodes_away_again(
            WantedServer wanted, @TempDir Path folder) throws IOException {
        ServerBinary binary = wanted.orSkip(TestAbortedException::new);
        // The credentials that the worker knows as "acl"; what else connects is the cluster's own user.
        LocalClusterBuilder described = LocalCluster.builder(binary)
                .aclUser("owner", "another s3cret")
                .config("user grower on \">s3cret two\" " + documentedRights(binary));
        try (GrowingCluster orders = GrowingCluster.start(backstage, described, Dataset.of(5_000))) {
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            if (binary.isAtLeast(7, 0)) {
                orders.cluster().masters().forEach(RightsIT::loadFunctions);
            }

            Outcome backup = orders.backUp("--credentials", "acl", "--backup", "file:" + folder, "--restore-check");

            assertThat(backup.exit()).as(backup.text()).isZero();
            assertThat(backup.text())
                    .contains(
                            "the backup is written and verified; nothing on the cluster was changed",
                            "Backup in " + folder,
                            " keys\n  verified, each loaded by a server");

            Outcome outcome = orders.expand(
                    List.of(master),
                    List.of(replica),
                    "--credentials",
                    "acl",
                    "--batch-slots",
                    "2048",
                    "--backup",
                    "file:" + folder);

            assertThat(outcome.exit()).as(outcome.text()).isZero();
            assertThat(outcome.text()).contains("Backup in " + folder);
            orders.assertBalanced(4);
            if (binary.isAtLeast(7, 0)) {
                assertThat(libraries(master)).isEqualTo("prices");
                assertThat(libraries(replica)).isEqualTo("prices");
                assertMayTakeNodesAway(master);
            }
            orders.assertNothingLost();
        }
    }

    private static String documentedRights(ServerBinary binary) throws IOException {
        String rights = Files.readString(Path.of("..", "docs", "CREDENTIALS.md"))
                .lines()
                .filter(line -> line.startsWith(GRANT))
                .findFirst()
                .orElseThrow()
                .substring(GRANT.length());
        return binary.isAtLeast(7, 0) ? rights : rights.replaceAll(" \\+function\\|\\w+", "");
    }

    private static void loadFunctions(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            jedis.functionLoad("#!lua name=prices\nredis.register_function('price', function() return 7 end)");
        }
    }

    private static String libraries(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return jedis.functionList().stream()
                    .map(LibraryInfo::getLibraryName)
                    .collect(Collectors.joining(" "));
        }
    }

    private static void assertMayTakeNodesAway(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            for (String command : List.of(
                    "CLUSTER FORGET " + "0".repeat(40),
                    "CLUSTER RESET HARD",
                    "FUNCTION FLUSH SYNC",
                    "CLIENT KILL ID 1")) {
                String[] dryRun = ("DRYRUN grower " + command).split(" ");
                byte[] answer = (byte[]) jedis.sendCommand(Protocol.Command.ACL, dryRun);
                assertThat(new String(answer, StandardCharsets.UTF_8))
                        .as(command)
                        .isEqualTo("OK");
            }
        }
    }
}
