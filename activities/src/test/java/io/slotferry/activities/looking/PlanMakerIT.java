package io.slotferry.activities.looking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Plan;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.BigKeys.BigKey;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.PlanAnswer;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.SlotferryJson;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** What big keys do to the plan of a real cluster. */
class PlanMakerIT {
    private static LocalCluster local;
    private static LocalNode spare;

    @BeforeAll
    static void start() {
        local = LocalCluster.builder(WantedServer.named("redis-7.0")
                        .findFirst()
                        .orElseThrow()
                        .orSkip(TestAbortedException::new))
                .replicasPerMaster(0)
                .start();
        spare = local.startSpare();
    }

    @AfterAll
    static void stop() {
        if (local != null) {
            local.close();
        }
    }

    private static PlanAnswer plan(BigKeys bigKeys, String more) throws JsonProcessingException {
        String json = """
                {"cluster": {"name": "orders", "seeds": ["%s"]}, "add": {"masters": ["%s"]}, "backup": "none"%s}""".formatted(local.masters().get(0).address(), spare.address(), more);
        ExpandRequest request = RequestReader.read(SlotferryJson.mapper().readTree(json));
        return new PlanMaker(new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty())))
                .make(request, bigKeys, Optional.empty());
    }

    private static BigKeys found(String overLimit, String overHardLimit) {
        BigKey key = new BigKey(
                "cart",
                0,
                7,
                "hash",
                13L << 20,
                NodeAddress.parse("127.0.0.1:7000"),
                Duration.ofMillis(200),
                Duration.ofSeconds(5),
                true);
        return new BigKeys(1_000, List.of(key), 1, SlotRanges.parse(overLimit), SlotRanges.parse(overHardLimit));
    }

    private static SlotRanges moved(Plan plan) {
        return SlotRanges.union(
                plan.batches().stream().flatMap(batch -> batch.lanes().stream()).map(lane -> lane.slots()));
    }

    @Test
    void slots_with_big_keys_stay_and_the_plan_says_so() throws JsonProcessingException {
        PlanAnswer answer = plan(found("0-99", "7"), "");

        Plan plan = answer.plan().orElseThrow();
        assertThat(plan.movedSlots()).isEqualTo(4_096);
        assertThat(moved(plan).intersect(SlotRanges.parse("0-99")).isEmpty()).isTrue();
        assertThat(answer.text())
                .contains(
                        "100 slots with big keys stay: 0-99",
                        "Slots move key by key: no node offers atomic slot migration.\n");
    }

    @Test
    void where_the_plan_cannot_go_round_them_the_keys_are_named_with_what_to_do() {
        Halted halted = catchThrowableOfType(Halted.class, () -> plan(found("0-4999", ""), ""));

        assertThat(halted.halt().kind()).isEqualTo(FailureKind.IMPOSSIBLE_PLAN);
        assertThat(halted.halt().evidence())
                .anyMatch(line -> line.startsWith("5,000 slots of 127.0.0.1:"))
                .anyMatch(line -> line.startsWith("cart (hash, 13.0 MB, slot 7)"));
        assertThat(halted.halt().next()).contains("UNLINK", "\"accept\": [\"big-keys\"]", "up to 100.0 MB");
    }

    @Test
    void accepted_big_keys_move_up_to_the_hard_limit() throws JsonProcessingException {
        PlanAnswer answer = plan(found("0-4999", "0-9"), ", \"accept\": [\"big-keys\"]");

        Plan plan = answer.plan().orElseThrow();
        assertThat(plan.kept()).isEqualTo(SlotRanges.parse("0-9"));
        assertThat(moved(plan).intersect(SlotRanges.parse("0-9")).isEmpty()).isTrue();
        assertThat(answer.text()).contains("Keys over 10.0 MB move too, as the request accepts: cart (hash, 13.0 MB");
    }

    @Test
    void slots_over_the_hard_limit_stay_whatever_is_accepted() {
        Halted halted = catchThrowableOfType(
                Halted.class, () -> plan(found("0-4999", "0-4999"), ", \"accept\": [\"big-keys\"]"));

        assertThat(halted.halt().next()).contains("those over 100.0 MB are never moved by MIGRATE");
    }
}
