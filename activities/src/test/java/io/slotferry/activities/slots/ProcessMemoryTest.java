package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.redis.ChangingNode.Identity;
import io.slotferry.activities.redis.ChangingNode.OpenSlots;
import io.slotferry.activities.redis.ChangingNode.SlotCheck;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.activities.redis.ServerInfo.Replication;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Processes;
import io.slotferry.workflows.contract.Processes.Known;
import io.slotferry.workflows.contract.Processes.State;
import io.slotferry.workflows.contract.SlotferryJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcessMemoryTest {
    private static final Member MASTER = node("a", 7000);
    private static final Member REPLICA = node("b", 7001);
    private static final String FIRST = "1".repeat(40);
    private static final String SECOND = "2".repeat(40);
    private static final String THIRD = "3".repeat(40);

    private static Member node(String digit, int port) {
        return new Member(new NodeId(digit.repeat(40)), new NodeAddress("10.0.0.1", port));
    }

    private static ProcessMemory knowing(Member node, String runId, long keys, State state) {
        return new ProcessMemory(new Processes(Map.of(node.id(), new Known(runId, keys, state))));
    }

    private static void expect(ProcessMemory memory, Member master, String runId, long keys, long loaded) {
        Member other = master.equals(MASTER) ? REPLICA : MASTER;
        memory.expect(
                new Shard(master, List.of(other), SlotRanges.all()),
                new SlotCheck(
                        new Identity(master.id(), runId, 1),
                        Map.of(),
                        keys == 0 ? Map.of() : Map.of(0, keys),
                        new OpenSlots(Map.of(), Map.of(), SlotRanges.all()),
                        Map.of()),
                () -> new ServerInfo(
                        "redis",
                        "7.0.15",
                        runId,
                        true,
                        Map.of(),
                        Optional.of(loaded),
                        false,
                        false,
                        new Replication(true, 0, Optional.empty(), List.of()),
                        new ServerInfo.Load(0, 0, 0, 0, 0, 0)));
    }

    private static Halted halt(ProcessMemory memory, Member master, String runId, long keys, long loaded) {
        return catchThrowableOfType(Halted.class, () -> expect(memory, master, runId, keys, loaded));
    }

    @Test
    void a_restart_with_the_data_while_nothing_was_open_is_passed_over() {
        ProcessMemory memory = knowing(MASTER, FIRST, 100, State.IDLE);

        expect(memory, MASTER, SECOND, 95, 95);

        assertThat(memory.now().of(MASTER.id()).orElseThrow().is(SECOND)).isTrue();
    }

    @Test
    void a_restart_with_the_data_while_slots_were_open_halts_once() {
        ProcessMemory memory = knowing(MASTER, FIRST, 100, State.OPEN);

        assertThat(halt(memory, MASTER, SECOND, 95, 95).halt().message())
                .contains("restarted while its slots were open");
        expect(memory, MASTER, SECOND, 95, 95);
    }

    @Test
    void a_process_that_came_back_empty_is_halted_on_whatever_it_holds_later_and_the_next_one_with_data_is_not() {
        ProcessMemory memory = knowing(MASTER, FIRST, 100, State.IDLE);

        assertThat(halt(memory, MASTER, SECOND, 0, 0).halt().kind()).isEqualTo(FailureKind.OPEN_SLOT_LOST);
        assertThat(halt(memory, MASTER, SECOND, 1_000, 0).halt().evidence().get(1))
                .isEqualTo("keys before 100, now 1000");
        expect(memory, MASTER, THIRD, 99, 99);
    }

    @Test
    void a_node_that_says_it_loaded_nothing_has_lost_its_data_however_many_keys_were_written_since() {
        assertThat(halt(knowing(MASTER, FIRST, 100, State.IDLE), MASTER, SECOND, 500, 0))
                .isNotNull();
    }

    @Test
    void a_replica_that_took_over_must_have_keys_where_its_master_had() {
        ProcessMemory memory = knowing(MASTER, FIRST, 100, State.OPEN);

        assertThat(halt(memory, REPLICA, SECOND, 0, 0).halt().message())
                .contains("took over a shard whose data is gone");
        expect(memory, REPLICA, SECOND, 99, 99);
    }

    @Test
    void keys_are_counted_along_with_what_was_carried_and_a_node_without_any_is_told_of_before_it_gets_its_first() {
        ProcessMemory memory = new ProcessMemory(new Processes(Map.of(
                MASTER.id(), new Known(FIRST, 100, State.OPEN), REPLICA.id(), new Known(SECOND, 0, State.OPEN))));

        assertThat(memory.receiving(REPLICA)).isTrue();
        assertThat(memory.receiving(REPLICA)).isFalse();
        memory.carried(MASTER, REPLICA, 60);

        assertThat(memory.now().of(MASTER.id()).orElseThrow().keys()).isEqualTo(40);
        assertThat(memory.atRest().of(REPLICA.id()).orElseThrow()).isEqualTo(new Known(SECOND, 61, State.IDLE));
    }

    @Test
    void the_last_heartbeat_is_newer_than_the_order_and_one_that_says_nothing_of_it_changes_nothing() {
        ProcessMemory memory = knowing(MASTER, FIRST, 100, State.IDLE);
        JsonNode beat = JsonNodeFactory.instance
                .objectNode()
                .set(
                        ProcessMemory.FIELD,
                        SlotferryJson.mapper()
                                .valueToTree(
                                        knowing(MASTER, SECOND, 50, State.OPEN).now()));

        memory.recall(Optional.of(beat));
        memory.recall(
                Optional.of(JsonNodeFactory.instance.objectNode().put(ProcessMemory.FIELD, "of an earlier release")));

        assertThat(memory.now().of(MASTER.id())).contains(new Known(SECOND, 50, State.OPEN));
    }
}
