package io.slotferry.activities.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slotferry.planning.NodeAddress;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

class IdleLooksIT {
    private static LocalCluster local;
    private static LocalNode node;

    @BeforeAll
    static void start() {
        local = LocalCluster.builder(WantedServer.named("redis-7.0")
                        .findFirst()
                        .orElseThrow()
                        .orSkip(TestAbortedException::new))
                .masters(0)
                .start();
        node = local.startSpare();
    }

    @AfterAll
    static void stop() {
        if (local != null) {
            local.close();
        }
    }

    @Test
    void a_connection_is_used_again_by_one_look_at_a_time() {
        IdleLooks idle = new IdleLooks(Duration.ofHours(1));
        RespConnection connection = connect();
        new RespLook(connection, idle).close();

        assertThat(idle.take(address(), Optional.empty())).containsSame(connection);
        assertThat(idle.take(address(), Optional.empty())).isEmpty();
        connection.close();
    }

    @Test
    void a_connection_that_waits_too_long_is_closed() {
        IdleLooks idle = new IdleLooks(Duration.ofMillis(1));
        RespConnection connection = connect();

        new RespLook(connection, idle).close();

        await().atMost(Duration.ofMinutes(1)).until(() -> !connection.alive());
        assertThat(idle.take(address(), Optional.empty())).isEmpty();
    }

    @Test
    void what_changed_a_connection_ends_it() {
        IdleLooks idle = new IdleLooks(Duration.ofHours(1));
        RespConnection connection = connect();
        Node look = new RespLook(connection, idle);
        look.readOnly();

        look.close();

        assertThat(connection.alive()).isFalse();
        assertThat(idle.take(address(), Optional.empty())).isEmpty();
    }

    @Test
    void a_look_over_a_connection_that_the_node_closed_meanwhile_is_answered() {
        RespConnection connection = connect();
        killAll();
        connection.mayBeGone();

        try (Node look = new RespLook(connection, new IdleLooks(Duration.ofHours(1)))) {
            look.ping();
            assertThat(look.info().engine()).isEqualTo("redis");
        }
    }

    @Test
    void a_connection_that_the_node_closes_while_it_is_in_use_stays_dead() {
        RespConnection connection = connect();
        Node look = new RespNode(connection);
        look.ping();
        killAll();

        assertThatThrownBy(look::ping).isInstanceOf(NodeFailure.Unreachable.class);
        assertThatThrownBy(look::ping).isInstanceOf(NodeFailure.Unreachable.class);
        assertThat(connection.alive()).isFalse();
    }

    private static void killAll() {
        try (Jedis jedis = node.jedis()) {
            jedis.clientKill(new ClientKillParams().type(ClientType.NORMAL).skipMe(ClientKillParams.SkipMe.YES));
        }
    }

    private static RespConnection connect() {
        return new RespConnection(address(), Optional.empty(), Duration.ofSeconds(30), "");
    }

    private static NodeAddress address() {
        return new NodeAddress(node.host(), node.port());
    }
}
