package io.slotferry.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.PreflightReport;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** New nodes that are not like the old ones. */
class ParityIT {
    private static final String AND_REWRITE = ", then CONFIG REWRITE; what cannot be set while it runs goes into its"
            + " configuration file, with a restart";

    private static PreflightStage stage;
    private static LocalNode spare;

    @BeforeAll
    static void start() {
        stage = new PreflightStage(LocalCluster.builder(new WantedServer("redis-7.0").orSkip(TestAbortedException::new))
                .replicasPerMaster(0)
                .start());
        spare = stage.cluster().startSpare();
    }

    @AfterAll
    static void stop() {
        if (stage != null) {
            stage.close();
        }
    }

    @AfterEach
    void putBack() {
        stage.without();
    }

    private static String withSetting(String parameter, String value) {
        return With.setting(spare, parameter, value, () -> stage.says(CheckName.CONFIG_PARITY));
    }

    @Test
    void a_difference_that_would_hurt_fails() {
        stage.newMaster(spare);

        assertThat(withSetting("maxmemory-policy", "allkeys-lru"))
                .isEqualTo("FAIL@{new-1}: maxmemory-policy is allkeys-lru on {new-1} and noeviction in the cluster ->"
                        + " CONFIG SET maxmemory-policy noeviction on {new-1}" + AND_REWRITE);
        assertThat(withSetting("hash-max-listpack-entries", "64"))
                .isEqualTo(
                        "FAIL@{new-1}: hash-max-listpack-entries is 64 on {new-1} and 512 in the cluster -> CONFIG SET"
                                + " hash-max-listpack-entries 512 on {new-1}" + AND_REWRITE);
    }

    @Test
    void any_other_difference_warns() {
        stage.newMaster(spare);

        assertThat(withSetting("timeout", "300"))
                .isEqualTo(
                        "WARN@{new-1}: timeout is 300 on {new-1} and 0 in the cluster -> CONFIG SET timeout 0 on {new-1}"
                                + AND_REWRITE);
    }

    @Test
    void a_difference_between_secrets_is_told_without_them() {
        stage.newMaster(spare);

        assertThat(withSetting("masterauth", "s3cret"))
                .isEqualTo("FAIL@{new-1}: masterauth differs -> CONFIG SET masterauth (as on the others) on {new-1}"
                        + AND_REWRITE);
    }

    @Test
    void old_nodes_that_differ_among_themselves_are_named_and_a_new_one_may_be_like_either() {
        stage.newMaster(spare);
        LocalNode odd = stage.cluster().masters().get(1);

        assertThat(With.setting(odd, "proto-max-bulk-len", "600mb", () -> withSetting("proto-max-bulk-len", "600mb"))
                        .replaceAll("\\{master-[02]}", "{the others}"))
                .isEqualTo(
                        "WARN: the cluster's own nodes differ in proto-max-bulk-len (536870912 on {the others}, 629145600"
                                + " on {master-1}) -> make up your mind which is meant, and CONFIG SET it on the others; a new"
                                + " node passes with either\n"
                                + "PASS@{new-1}: its configuration is theirs, in all that CONFIG GET shows");
    }

    @Test
    void users_of_the_cluster_are_missed_on_a_new_node_and_more_than_those_warn() {
        stage.newMaster(spare);
        for (LocalNode master : stage.cluster().masters()) {
            try (Jedis jedis = master.jedis()) {
                jedis.aclSetUser("shop", "on", ">hidden", "~*", "+@read");
            }
        }
        try (Jedis jedis = spare.jedis()) {
            String remedy =
                    " -> ACL LIST on a node of the cluster shows the rules; give them to the new node by ACL SETUSER"
                            + " and ACL SAVE, or with the same ACL file";
            assertThat(stage.says(CheckName.ACL_PARITY))
                    .isEqualTo("FAIL@{new-1}: on {new-1}, compared with the cluster's nodes: ACL user shop is missing"
                            + remedy);
            jedis.aclSetUser("shop", "on", ">another", "~*", "+@read");
            assertThat(stage.says(CheckName.ACL_PARITY))
                    .isEqualTo("FAIL@{new-1}: on {new-1}, compared with the cluster's nodes: ACL user shop differs"
                            + remedy);
            jedis.aclSetUser("shop", "resetpass", ">hidden");
            jedis.aclSetUser("guest", "on", "nopass");
            assertThat(stage.says(CheckName.ACL_PARITY))
                    .isEqualTo(
                            "WARN@{new-1}: {new-1} has more than the cluster's nodes: ACL user guest -> remove it there,"
                                    + " or give it to all");
            jedis.aclDelUser("shop", "guest");
        }
        for (LocalNode master : stage.cluster().masters()) {
            try (Jedis jedis = master.jedis()) {
                jedis.aclDelUser("shop");
            }
        }
    }

    @Test
    void functions_of_the_cluster_come_to_a_new_master_that_has_none_and_to_a_replica_by_themselves() {
        LocalNode replica = stage.cluster().startSpare();
        stage.newMaster(spare).newReplica(replica);

        assertThat(withFunctions(stage.cluster().masters()))
                .isEqualTo("PASS@{new-1}: it has none, and gets the cluster's function library prices when it joins");
    }

    @Test
    void functions_are_missed_on_a_new_master_that_has_others_or_where_old_nodes_differ() {
        stage.newMaster(spare);
        String remedy =
                " -> slots move without functions, and a new master that has none gets those that all nodes of the"
                        + " cluster have alike: FUNCTION FLUSH on the new one and make the cluster's alike, or FUNCTION DUMP on a"
                        + " node of the cluster and FUNCTION RESTORE on the new one";
        String missing =
                "FAIL@{new-1}: on {new-1}, compared with the cluster's nodes: function library prices is missing";

        assertThat(withFunctions(stage.cluster().masters().subList(0, 2))).isEqualTo(missing + remedy);
        try (Jedis jedis = spare.jedis()) {
            jedis.functionLoad("#!lua name=others\nredis.register_function('other', function() return 1 end)");
            assertThat(withFunctions(stage.cluster().masters())).startsWith(missing + remedy);
            jedis.functionFlush();
        }
    }

    /** What the check says while these nodes have a library. */
    private String withFunctions(List<LocalNode> nodes) {
        for (LocalNode node : nodes) {
            try (Jedis jedis = node.jedis()) {
                jedis.functionLoad("#!lua name=prices\nredis.register_function('price', function() return 1 end)");
            }
        }
        String says = stage.says(CheckName.FUNCTION_PARITY);
        for (LocalNode node : nodes) {
            try (Jedis jedis = node.jedis()) {
                jedis.functionFlush();
            }
        }
        return says;
    }

    @Test
    void another_version_and_its_modules_and_allocator_are_told_and_can_be_accepted() {
        try (LocalCluster newer = LocalCluster.builder(new WantedServer("redis-8.6").orSkip(TestAbortedException::new))
                        .masters(1)
                        .replicasPerMaster(0)
                        .start();
                LocalCluster older = LocalCluster.builder(
                                new WantedServer("redis-6.2").orSkip(TestAbortedException::new))
                        .masters(0)
                        .start();
                PreflightStage mixed = new PreflightStage(newer)) {
            mixed.newMaster(older.startSpare()).accepting("new-node-same-server", "module-parity@127.0.0.1:1");

            PreflightReport report = mixed.report();

            assertThat(mixed.says(report, CheckName.NEW_NODE_SAME_SERVER).replaceAll("[0-9]+\\.[0-9]+\\.[0-9]+", "N"))
                    .isEqualTo("FAIL@{new-1}: {new-1} runs redis N, the cluster redis N (accepted) -> run the cluster's"
                            + " version on it, or accept \"new-node-same-server\" in the request (an older target may"
                            + " refuse keys of a newer source)");
            assertThat(mixed.says(report, CheckName.MODULE_PARITY))
                    .isEqualTo(
                            "FAIL@{new-1}: on {new-1}, compared with the cluster's nodes: module vectorset is missing ->"
                                    + " load the same modules in the same versions (loadmodule in its configuration file)");
            assertThat(mixed.says(report, CheckName.HARDWARE_PARITY).replaceAll("jemalloc-[0-9.]+|libc", "A"))
                    .isEqualTo(
                            "WARN@{new-1}: {new-1}: mem_allocator is A, in the cluster A -> see that it is meant: slots"
                                    + " are shared out evenly, whatever the machines are");
            assertThat(report.unmatched()).containsExactly("module-parity@127.0.0.1:1 (nothing of it failed)");
            assertThat(report.passed()).isFalse();
        }
    }
}
