package io.slotferry.activities.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.activities.guard.BatchGuard.Ends;
import io.slotferry.activities.guard.PretendNodes.Pretended;
import io.slotferry.planning.Cluster;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Flag;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.ClientLatency.Look;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoadGuardTest {
    private static final Member SOURCE = member(1);
    private static final Member TARGET = member(2);
    private static final Member REPLICA = member(3);

    private final PretendNodes nodes = new PretendNodes();
    private final LoadMemory memory = new LoadMemory();
    private final Pretended source = nodes.at(SOURCE.address());
    private final Pretended target = nodes.at(TARGET.address());
    private final Pretended replica = nodes.at(REPLICA.address());

    LoadGuardTest() {
        replica.master = false;
    }

    @Test
    void a_healthy_cluster_under_every_threshold_lets_the_batch_begin_after_one_look_at_each_node() {
        assertThatCode(() -> guard(Mode.STEADY).before(ends())).doesNotThrowAnyException();

        assertThat(source.looks).isEqualTo(1);
        assertThat(replica.looks).isEqualTo(1);
    }

    @Test
    void cpu_that_clients_used_since_the_batch_before_is_held_against_its_limit() {
        guard(Mode.STEADY).before(ends());
        source.cpuSeconds += 5;
        guard(Mode.STEADY).after(ends());
        nodes.pass(Duration.ofSeconds(10));
        source.cpuSeconds += 9;

        Halt halt = halt(Mode.STEADY);

        assertThat(halt.kind()).isEqualTo(FailureKind.LOAD_TOO_HIGH);
        assertThat(halt.evidence())
                .singleElement()
                .asString()
                .startsWith(SOURCE.address() + ": CPU ")
                .endsWith(" % of a core, limit 70 % (thresholds.cpu)");
    }

    @Test
    void the_batchs_own_cpu_and_a_first_batch_are_not_held_against_it() {
        source.cpuSeconds = 100;
        guard(Mode.STEADY).before(ends());
        nodes.pass(Duration.ofSeconds(2));
        source.cpuSeconds += 2;
        guard(Mode.STEADY).after(ends());
        nodes.pass(Duration.ofSeconds(10));
        source.cpuSeconds += 1;

        assertThatCode(() -> guard(Mode.STEADY).before(ends())).doesNotThrowAnyException();
    }

    @Test
    void while_a_batch_waits_each_attempt_measures_since_the_one_before() {
        guard(Mode.STEADY).after(ends());
        nodes.pass(Duration.ofSeconds(10));
        source.cpuSeconds += 9;
        assertThat(halt(Mode.STEADY).kind()).isEqualTo(FailureKind.LOAD_TOO_HIGH);
        nodes.pass(Duration.ofSeconds(2));
        source.cpuSeconds += 0.2;

        assertThatCode(() -> guard(Mode.STEADY).before(ends())).doesNotThrowAnyException();
    }

    @Test
    void memory_is_a_limit_for_targets_alone() {
        source.usedMemory = 99_000_000;
        assertThatCode(() -> guard(Mode.FAST).before(ends())).doesNotThrowAnyException();

        target.usedMemory = 81_000_000;
        assertThat(halt(Mode.FAST).evidence())
                .containsExactly(TARGET.address()
                        + ": memory 81 % (81 of 100 MB) and it is to take slots, limit 80 % (thresholds.memory)");
    }

    @Test
    void what_clients_of_the_slowest_master_feel_is_told_of_a_batch_that_may_begin() {
        source.pingMicros = new long[] {120};
        target.pingMicros = new long[] {300};

        assertThat(guard(Mode.STEADY).before(ends())).contains(new Look(300, 300));
    }

    @Test
    void mean_and_p99_are_measured_by_pings() {
        target.pingMicros = new long[] {6_000};
        assertThat(halt(Mode.FAST).evidence())
                .containsExactly(TARGET.address()
                        + ": mean 6.0 ms over 10 PINGs from the worker, limit 5 ms (thresholds.meanLatency)");

        target.pingMicros = new long[100];
        Arrays.fill(target.pingMicros, 100);
        target.pingMicros[7] = 30_000;
        assertThatCode(() -> guard(Mode.STEADY).before(ends())).doesNotThrowAnyException();
        target.pingMicros[8] = 30_000;
        assertThat(halt(Mode.STEADY).evidence())
                .containsExactly(TARGET.address()
                        + ": p99 30.0 ms over 100 PINGs from the worker, limit 20 ms (thresholds.p99Latency)");
    }

    @Test
    void a_node_that_was_slow_for_a_moment_holds_nothing_up() {
        target.pingMicros = new long[1_000];
        Arrays.fill(target.pingMicros, 100);
        Arrays.fill(target.pingMicros, 0, 10, 30_000);

        assertThatCode(() -> guard(Mode.STEADY).before(ends())).doesNotThrowAnyException();
        assertThat(target.looks).isEqualTo(2);
    }

    @Test
    void a_replica_that_catches_up_within_the_limit_is_waited_for_and_one_that_does_not_is_over_it() {
        source.offset = 5_000;
        replica.catchingUp = 1_000;
        assertThatCode(() -> guard(Mode.FAST).before(ends())).doesNotThrowAnyException();

        replica.offset = 100;
        replica.catchingUp = 0;
        assertThat(halt(Mode.FAST).evidence())
                .singleElement()
                .asString()
                .startsWith(REPLICA.address() + ": 4900 bytes of its master's writes are missing after ")
                .endsWith("limit 500 ms (thresholds.replicationLag)");
    }

    @Test
    void small_batches_that_follow_each_other_are_looked_at_every_250_ms() {
        LoadGuard guard = guard(Mode.FAST);
        assertThat(guard.before(ends())).isPresent();
        nodes.pass(Duration.ofMillis(200));
        target.pingMicros = new long[] {6_000};

        assertThat(guard.before(ends())).isEmpty();
        assertThat(target.looks).isEqualTo(1);

        nodes.pass(Duration.ofMillis(50));
        assertThat(catchThrowableOfType(Halted.class, () -> guard.before(ends()))
                        .halt()
                        .kind())
                .isEqualTo(FailureKind.LOAD_TOO_HIGH);
    }

    @Test
    void a_replica_without_link_is_waited_for() {
        replica.linked = false;

        Halt halt = halt(Mode.STEADY);

        assertThat(halt.kind()).isEqualTo(FailureKind.NOT_HEALTHY);
        assertThat(halt.evidence())
                .singleElement()
                .asString()
                .contains(REPLICA.address().toString());
    }

    @Test
    void a_node_that_may_be_failing_is_waited_for_and_a_dead_one_without_slots_is_not() {
        assertThat(catchThrowableOfType(Halted.class, () -> guard(Mode.STEADY).before(ends(REPLICA, Flag.PFAIL)))
                        .halt()
                        .evidence())
                .containsExactly(REPLICA + " is flagged PFAIL by 1 of 2 nodes");
        assertThat(catchThrowableOfType(Halted.class, () -> guard(Mode.STEADY).before(ends(SOURCE, Flag.FAIL)))
                        .halt()
                        .kind())
                .isEqualTo(FailureKind.NOT_HEALTHY);

        replica.linked = false;
        assertThatCode(() -> guard(Mode.STEADY).before(ends(REPLICA, Flag.FAIL)))
                .doesNotThrowAnyException();
    }

    private LoadGuard guard(Mode mode) {
        return new LoadGuard(memory, Thresholds.DEFAULT, mode, nodes::clock);
    }

    private Halt halt(Mode mode) {
        return catchThrowableOfType(Halted.class, () -> guard(mode).before(ends()))
                .halt();
    }

    private Ends ends() {
        return ends(List.of(view(TARGET, Map.of())));
    }

    private Ends ends(Member failing, Flag flag) {
        return ends(List.of(view(TARGET, Map.of(failing, flag)), view(REPLICA, Map.of())));
    }

    private Ends ends(List<NodeView> views) {
        Shard from = new Shard(SOURCE, List.of(REPLICA), SlotRanges.all());
        Shard to = new Shard(TARGET, List.of(), SlotRanges.none());
        return new Ends(
                new ClusterReader(nodes),
                new Agreed(new Cluster(List.of(from, to)), views),
                List.of(from),
                List.of(to));
    }

    private static NodeView view(Member viewer, Map<Member, Flag> flags) {
        return new NodeView(
                viewer.id(),
                true,
                1,
                List.of(
                        known(SOURCE, Optional.empty(), flags),
                        known(TARGET, Optional.empty(), flags),
                        known(REPLICA, Optional.of(SOURCE.id()), flags)),
                Map.of(),
                Map.of());
    }

    private static KnownNode known(Member node, Optional<NodeId> master, Map<Member, Flag> flags) {
        return new KnownNode(
                node.id(),
                node.address(),
                17_000,
                master.isPresent() ? Role.REPLICA : Role.MASTER,
                master,
                1,
                flags.containsKey(node) ? Set.of(flags.get(node)) : Set.of(),
                true,
                node.equals(SOURCE) ? SlotRanges.all() : SlotRanges.none());
    }

    private static Member member(int digit) {
        return new Member(new NodeId(Integer.toString(digit).repeat(40)), new NodeAddress("10.0.0." + digit, 7000));
    }
}
