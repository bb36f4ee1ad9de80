package io.slotferry.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.PreflightReport;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** A user that lacks rights is told so before anything is touched, with the line that grants them. */
@Execution(ExecutionMode.CONCURRENT)
class RightsCheckIT {
    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-6.2", "redis-7.0", "valkey-9.1");
    }

    private static PreflightStage stage(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        PreflightStage stage = new PreflightStage(
                LocalCluster.builder(server).masters(1).replicasPerMaster(0).start());
        stage.newMaster(stage.cluster().startSpare()).accepting("master-without-replica");
        stage.loginAs("grower", "s3cret");
        return stage;
    }

    /** On all nodes alike, so that they do not differ in their users. */
    private static void grant(PreflightStage stage, String rules) {
        List<String> words = new ArrayList<>(List.of("reset", "on", ">s3cret"));
        words.addAll(List.of(rules.split(" ")));
        Stream.concat(stage.cluster().masters().stream(), stage.cluster().spares().stream())
                .forEach(node -> {
                    try (Jedis jedis = node.jedis()) {
                        jedis.aclSetUser("grower", words.toArray(String[]::new));
                    }
                });
    }

    private static boolean isOld(PreflightStage stage) {
        return !stage.cluster().binary().isAtLeast(7, 0);
    }

    private static String grants(PreflightStage stage) {
        return isOld(stage) ? Right.grants().replaceAll(" \\+function\\|\\w+", "") : Right.grants();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void the_documented_rights_are_enough(WantedServer wanted) {
        try (PreflightStage stage = stage(wanted)) {
            grant(stage, grants(stage));

            PreflightReport report = stage.report();

            assertThat(stage.says(report, CheckName.RIGHTS))
                    .isEqualTo("PASS: user grower may do all that is needed on 2 nodes");
            assertThat(stage.amiss(report)).doesNotContain("NOPERM");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void each_missing_right_is_named_with_the_line_that_grants_it(WantedServer wanted) {
        try (PreflightStage stage = stage(wanted)) {
            grant(
                    stage,
                    grants(stage)
                            .replace(" +migrate", "")
                            .replace(" +config|set", "")
                            .replace("~*", "~shop:*"));

            assertThat(stage.says(CheckName.RIGHTS))
                    .isEqualTo(eachNode(
                            "FAIL@{node}: user grower on {node} lacks: keys of any name (~*), migrate, config|set"
                                    + " -> ACL SETUSER grower ~* +migrate +config|set, there and on every other node"));
        }
    }

    @Test
    void rights_that_only_preflight_uses_warn() {
        try (PreflightStage stage = stage(new WantedServer("redis-7.0"))) {
            grant(stage, grants(stage).replace(" +slowlog|get", "").replace(" +acl|list", ""));

            PreflightReport report = stage.report();

            assertThat(stage.says(report, CheckName.RIGHTS))
                    .isEqualTo(eachNode(
                            "WARN@{node}: user grower on {node} lacks: slowlog|get, acl|list; a run can do without"
                                    + " (docs/CREDENTIALS.md says what each is for) -> ACL SETUSER grower +slowlog|get +acl|list, there and on every"
                                    + " other node"));
            assertThat(stage.says(report, CheckName.SLOW_LOG))
                    .isEqualTo(eachNode("NOT_APPLICABLE@{node}: {node} refused SLOWLOG GET: NOPERM this user has no"
                            + " permissions to run the 'slowlog|get' command"));
            assertThat(stage.says(report, CheckName.ACL_PARITY))
                    .isEqualTo(
                            "NOT_APPLICABLE: no node of the cluster could be asked: {master-0} refused ACL LIST: NOPERM this"
                                    + " user has no permissions to run the 'acl|list' command");
            assertThat(report.passed()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void who_may_not_ask_what_he_may_do_is_told_how_he_could(WantedServer wanted) {
        try (PreflightStage stage = stage(wanted)) {
            String right = isOld(stage) ? "acl|getuser" : "acl|dryrun";
            grant(stage, grants(stage).replace(" +" + right, ""));

            assertThat(stage.says(CheckName.RIGHTS))
                    .isEqualTo(
                            eachNode("WARN@{node}: what user grower may do there cannot be asked: {node} refused ACL "
                                    + (isOld(stage) ? "GETUSER: " : "DRYRUN: ") + noPermission(wanted, right)
                                    + " -> ACL SETUSER grower +"
                                    + right + ", or grant it all: docs/CREDENTIALS.md has the line"));
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void rights_that_only_a_backup_needs_are_missed_where_there_is_to_be_one(WantedServer wanted) {
        try (PreflightStage stage = stage(wanted)) {
            grant(stage, grants(stage).replace(" +sync", "").replace(" +replconf", ""));

            assertThat(stage.says(CheckName.RIGHTS))
                    .isEqualTo("PASS: user grower may do all that is needed on 2 nodes");
            stage.backupTo("file:backups");
            assertThat(stage.says(CheckName.RIGHTS))
                    .isEqualTo(eachNode("FAIL@{node}: user grower on {node} lacks: replconf, sync -> ACL SETUSER grower"
                            + " +replconf +sync, there and on every other node"));
        }
    }

    @Test
    void a_user_without_the_right_to_info_is_told_of_every_node() {
        try (PreflightStage stage = stage(new WantedServer("redis-7.0"))) {
            grant(stage, grants(stage).replace(" +info", ""));

            assertThat(stage.says(CheckName.NODE_REACHABLE))
                    .isEqualTo(
                            "FAIL@{master-0}: {master-0} refused INFO: NOPERM this user has no permissions to run the"
                                    + " 'info' command -> see the rights of slotferry's user on this node");
        }
    }

    @Test
    void rules_by_category_cannot_be_told_on_6_2() {
        try (PreflightStage stage = stage(new WantedServer("redis-6.2"))) {
            grant(stage, "~* +@all -@dangerous +info +config +cluster +client +migrate +acl");

            // The server lists what the categories come to in an order of its own.
            assertThat(stage.says(CheckName.RIGHTS).replaceAll("\\(.*\\+@all -@admin.*\\)", "(RULES)"))
                    .isEqualTo(eachNode(
                            "NOT_APPLICABLE@{node}: of user grower nothing can be told: its rules go by categories"
                                    + " (RULES), and this server has no ACL DRYRUN to ask what they allow"));
        }
    }

    @Test
    void the_password_of_a_user_is_in_no_report() {
        try (PreflightStage stage = stage(new WantedServer("redis-7.0"))) {
            grant(stage, grants(stage));
            try (Jedis jedis = stage.cluster().spares().get(0).jedis()) {
                jedis.aclSetUser("grower", ">other");
            }
            for (LocalNode node : stage.cluster().masters()) {
                try (Jedis jedis = node.jedis()) {
                    jedis.configSet("masterauth", "s3cret");
                }
            }

            PreflightReport report = stage.report();

            assertThat(stage.says(report, CheckName.ACL_PARITY))
                    .isEqualTo(
                            "FAIL@{new-1}: on {new-1}, compared with the cluster's nodes: ACL user grower differs -> ACL LIST on"
                                    + " a node of the cluster shows the rules; give them to the new node by ACL SETUSER and ACL SAVE,"
                                    + " or with the same ACL file");
            assertThat(stage.says(report, CheckName.CONFIG_PARITY)).contains("masterauth differs");
            assertThat(report.toString())
                    .doesNotContain("s3cret")
                    .doesNotContain("1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0");
        }
    }

    /** The same said of the cluster's one master, and of the new node. */
    private static String eachNode(String line) {
        return line.replace("{node}", "{master-0}") + "\n" + line.replace("{node}", "{new-1}");
    }

    /** How each release puts it. */
    private static String noPermission(WantedServer server, String right) {
        return switch (server.name()) {
            case "redis-6.2" -> "NOPERM this user has no permissions to run the 'acl' command or its subcommand";
            case "redis-7.0" -> "NOPERM this user has no permissions to run the '" + right + "' command";
            default -> "NOPERM User grower has no permissions to run the '" + right + "' command";
        };
    }
}
