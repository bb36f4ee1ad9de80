package io.slotferry.activities.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.activities.redis.ServerInfo.Load;
import io.slotferry.activities.redis.ServerInfo.ReplicaLine;
import io.slotferry.activities.redis.ServerInfo.Replication;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** By default: CPU 70 %, memory 80 %, replication lag 500 ms, to which a replica's word once a second is added. */
class NodeFiguresTest {
    private static final NodeAddress NODE = new NodeAddress("10.0.0.1", 7_000);
    private static final NodeAddress REPLICA = new NodeAddress("10.0.0.2", 7_000);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final Load QUIET = new Load(1, 10, 100, 0, 0, 0);

    private final NodeFigures giving = new NodeFigures(null, NODE, false, Thresholds.DEFAULT);
    private final NodeFigures taking = new NodeFigures(null, NODE, true, Thresholds.DEFAULT);

    private static ServerInfo info(Load load, long offset, long acknowledged) {
        return new ServerInfo(
                "redis",
                "7.0.15",
                "run",
                true,
                Map.of(),
                Optional.empty(),
                false,
                false,
                new Replication(true, offset, Optional.empty(), List.of(new ReplicaLine(REPLICA, true, acknowledged))),
                load);
    }

    private static ServerInfo using(double cpuSeconds) {
        return info(new Load(cpuSeconds, 10, 100, 0, 0, 0), 0, 0);
    }

    @Test
    void a_node_that_has_little_to_do_says_nothing() {
        assertThat(taking.pressures(info(QUIET, 0, 0), 0)).isEmpty();
        assertThat(taking.pressures(info(QUIET, 10, 10), SECOND)).isEmpty();
    }

    @Test
    void a_core_that_is_used_for_more_than_the_limit_between_two_looks_is_pressure() {
        assertThat(giving.pressures(using(1), 0)).isEmpty();
        assertThat(giving.pressures(using(1.6), SECOND)).isEmpty();

        assertThat(giving.pressures(using(2.5), 2 * SECOND))
                .singleElement()
                .asString()
                .contains("CPU", "10.0.0.1:7000", "90 %", "70 %", "thresholds.cpu");
    }

    @Test
    void memory_over_the_limit_is_pressure_on_a_node_that_takes_slots_and_none_on_one_that_gives_them() {
        ServerInfo full = info(new Load(1, 81, 100, 0, 0, 0), 0, 0);

        assertThat(giving.pressures(full, 0)).isEmpty();
        assertThat(taking.pressures(full, 0))
                .containsExactly(new Pressure(
                        Cause.MEMORY, "10.0.0.1:7000: memory 81 % and it takes slots, limit 80 % (thresholds.memory)"));
    }

    @Test
    void a_replica_that_has_not_acknowledged_in_time_what_was_written_is_pressure_until_it_has() {
        assertThat(giving.pressures(info(QUIET, 1_000, 0), 0)).isEmpty();
        assertThat(giving.pressures(info(QUIET, 1_500, 0), SECOND)).isEmpty();

        assertThat(giving.pressures(info(QUIET, 1_500, 400), 2 * SECOND))
                .containsExactly(new Pressure(
                        Cause.REPLICATION_LAG,
                        "10.0.0.1:7000: a replica misses 600 bytes that were written more than 1500 ms ago"
                                + " (thresholds.replicationLag)"));
        assertThat(giving.pressures(info(QUIET, 1_500, 1_500), 3 * SECOND)).isEmpty();
    }

    @Test
    void what_waits_in_an_output_buffer_is_pressure_above_32_mebibytes() {
        assertThat(giving.pressures(info(new Load(1, 10, 100, 0, 0, 32 << 20), 0, 0), 0))
                .isEmpty();
        assertThat(giving.pressures(info(new Load(1, 10, 100, 0, 0, 33 << 20), 0, 0), 0))
                .containsExactly(new Pressure(
                        Cause.OUTPUT_BUFFERS,
                        "10.0.0.1:7000: 33 MiB wait in output buffers for a client or a replica, limit 32 MiB"));
    }
}
