package io.slotferry.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.SlotRanges;
import io.slotferry.sandbox.Finding;
import io.slotferry.sandbox.Finding.Fault;
import io.slotferry.sandbox.faults.Portrait.Seen;
import io.slotferry.sandbox.faults.RunEnd.State;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Two masters a:1 and b:1 are to grow by c:1; each way of going wrong is made up, and must be found. */
class JudgeTest {
    private static final Map<String, String> BEFORE = Map.of("a:1", "0-8191", "b:1", "8192-16383");
    private static final Map<String, String> BALANCED =
            Map.of("a:1", "0-5461", "b:1", "8192-13652", "c:1", "5462-8191,13653-16383");
    private static final Map<String, String> HALF = Map.of("a:1", "0-8000", "b:1", "8192-16383", "c:1", "8001-8191");
    private static final RunEnd COMPLETED = RunEnd.of(State.COMPLETED, "", "", "nothing is left to do", List.of());
    private static final RunEnd ROLLED_BACK = RunEnd.of(State.ROLLED_BACK, "JOIN_FAILED", "why", "next", List.of());
    private static final RunEnd STOPPED = RunEnd.of(State.STOPPED, "", "", "start it again", List.of());

    /** A portrait that can be spoilt. */
    private static final class Cluster {
        private final Map<String, Seen> nodes = new HashMap<>();

        Cluster(Map<String, String> slotsByMember) {
            Map<String, SlotRanges> owners = new TreeMap<>();
            slotsByMember.forEach((address, slots) -> owners.put(address, SlotRanges.parse(slots)));
            owners.forEach((address, slots) -> nodes.put(
                    address,
                    new Seen(
                            new NodeView(
                                    address,
                                    true,
                                    "",
                                    slots,
                                    Map.of(),
                                    owners,
                                    List.copyOf(owners.keySet()),
                                    List.of()),
                            "ok",
                            true,
                            10,
                            "yes")));
        }

        Cluster alone(String address, long keys) {
            nodes.put(
                    address,
                    new Seen(
                            new NodeView(
                                    address,
                                    true,
                                    "",
                                    SlotRanges.none(),
                                    Map.of(),
                                    Map.of(address, SlotRanges.none()),
                                    List.of(address),
                                    List.of()),
                            "fail",
                            true,
                            keys,
                            "yes"));
            return this;
        }

        Cluster open(String address, int slot) {
            Seen seen = nodes.get(address);
            NodeView view = seen.view();
            return put(new Seen(
                    new NodeView(
                            address,
                            true,
                            "",
                            view.slots(),
                            Map.of(slot, "c:1"),
                            view.owners(),
                            view.members(),
                            List.of()),
                    seen.state(),
                    true,
                    seen.keys(),
                    seen.wander()));
        }

        Cluster wander(String address, String value) {
            Seen seen = nodes.get(address);
            return put(new Seen(seen.view(), seen.state(), true, seen.keys(), value));
        }

        private Cluster put(Seen seen) {
            nodes.put(seen.view().address(), seen);
            return this;
        }

        Portrait portrait() {
            return new Portrait(nodes);
        }
    }

    private static Evidence evidence(Cluster after, RunEnd end) {
        return new Evidence(
                Set.of("a:1", "b:1"),
                Set.of("c:1"),
                Set.of(),
                new Cluster(BEFORE).portrait(),
                after.portrait(),
                new Timeline(List.of()),
                end,
                List.of(),
                Map.of(),
                "",
                new Losses(List.of(), Map.of()),
                List.of());
    }

    private static void assertBroken(Evidence evidence, String... words) {
        assertThat(Judge.violations(evidence)).singleElement().asString().contains(words);
    }

    @Test
    void a_balanced_a_rolled_back_and_a_stopped_cluster_are_well() {
        assertThat(Judge.violations(evidence(new Cluster(BALANCED), COMPLETED))).isEmpty();
        assertThat(Judge.violations(evidence(new Cluster(BEFORE).alone("c:1", 0), ROLLED_BACK)))
                .isEmpty();
        assertThat(Judge.violations(evidence(new Cluster(HALF), STOPPED))).isEmpty();
        assertThat(Judge.violations(evidence(
                        new Cluster(HALF).open("a:1", 5),
                        RunEnd.of(State.HALTED, "OPEN_SLOT_LOST", "slot 5", "slotferry retry", List.of()))))
                .isEmpty();
    }

    @Test
    void a_slot_without_owner_is_found() {
        Map<String, String> holed = new HashMap<>(HALF);
        holed.put("b:1", "8192-16382");
        assertThat(Judge.violations(evidence(new Cluster(holed), STOPPED)))
                .anyMatch(violation -> violation.contains("all slots stay covered") && violation.contains("16383"));
    }

    @Test
    void a_slot_with_two_owners_is_found() {
        Map<String, String> twice = new HashMap<>(HALF);
        twice.put("a:1", "0-8001");
        assertBroken(evidence(new Cluster(twice), STOPPED), "each slot has one owner", "8001");
    }

    @Test
    void an_open_slot_is_found_unless_the_run_is_halted() {
        assertBroken(evidence(new Cluster(HALF).open("a:1", 5), STOPPED), "no slot is left open", "a:1", "5");
    }

    @Test
    void a_run_that_refused_to_take_another_over_leaves_the_cluster_as_that_one_left_it() {
        Cluster left = new Cluster(HALF).open("a:1", 5).wander("b:1", "no");
        RunEnd first = RunEnd.of(State.REFUSED, "PREFLIGHT_FAILED", "why", "next", List.of());
        RunEnd second = RunEnd.of(
                State.REFUSED, "CLUSTER_CHANGED", "why", "next", List.of("plan: takes over run 01 of expand-orders"));

        assertThat(Judge.violations(evidence(left, second))).isEmpty();
        assertThat(Judge.violations(evidence(left, first)))
                .anyMatch(violation -> violation.contains("every slot is where it was"))
                .anyMatch(violation -> violation.contains("no slot is left open"))
                .anyMatch(violation -> violation.contains("settings are put back"))
                .anyMatch(violation -> violation.contains("the new nodes are gone"));
    }

    @Test
    void slots_over_whose_keys_a_run_was_ended_are_left_open_to_a_person() {
        RunEnd disputed = RunEnd.of(
                State.STOPPED,
                "",
                "stop-here",
                "slotferry expand --continue",
                List.of(
                        "slots may still be open: Source and target of a:1 → c:1 hold differing copies of a key; both are"
                                + " kept."));

        assertThat(Judge.violations(evidence(new Cluster(HALF).open("a:1", 5), disputed)))
                .noneMatch(violation -> violation.contains("no slot is left open"));
    }

    @Test
    void masters_that_do_not_agree_are_found() {
        Evidence well = evidence(new Cluster(HALF), STOPPED);
        assertBroken(
                new Evidence(
                        well.members(),
                        well.newMasters(),
                        well.newReplicas(),
                        well.before(),
                        well.after(),
                        well.timeline(),
                        well.end(),
                        well.halts(),
                        well.strangers(),
                        "b:1 sees another cluster",
                        well.losses(),
                        well.clientErrors()),
                "all members agree",
                "b:1 sees another cluster");
    }

    @Test
    void a_completed_run_without_balance_is_found() {
        assertBroken(evidence(new Cluster(HALF), COMPLETED), "a completed run is balanced", "191");
    }

    @Test
    void a_slot_that_did_not_come_back_is_found() {
        Map<String, String> swapped = Map.of("a:1", "0-8190", "b:1", "8191-16383");
        assertBroken(evidence(new Cluster(swapped).alone("c:1", 0), ROLLED_BACK), "every slot is where it was", "8191");
    }

    @Test
    void a_slot_that_went_to_an_old_shard_is_found() {
        Map<String, String> swapped = Map.of("a:1", "0-8000", "b:1", "8191-16383", "c:1", "8001-8190");
        assertBroken(evidence(new Cluster(swapped), STOPPED), "slots go to new masters alone", "8191");
    }

    @Test
    void a_removed_node_with_keys_and_one_that_stayed_are_found() {
        assertBroken(evidence(new Cluster(BEFORE).alone("c:1", 3), ROLLED_BACK), "empty and alone", "3 keys");
        Map<String, String> stayed = new HashMap<>(BEFORE);
        stayed.put("c:1", "");
        assertBroken(evidence(new Cluster(stayed), ROLLED_BACK), "the new nodes are gone", "c:1");
    }

    @Test
    void a_node_that_was_not_added_is_found() {
        Evidence well = evidence(new Cluster(BALANCED), COMPLETED);
        assertBroken(
                new Evidence(
                        well.members(),
                        well.newMasters(),
                        Set.of("c:2"),
                        well.before(),
                        well.after(),
                        well.timeline(),
                        well.end(),
                        well.halts(),
                        well.strangers(),
                        "",
                        well.losses(),
                        List.of()),
                "added every node",
                "c:2");
    }

    @Test
    void a_setting_that_was_not_put_back_is_found_unless_the_run_names_its_node() {
        assertBroken(evidence(new Cluster(BALANCED).wander("b:1", "no"), COMPLETED), "settings are put back", "b:1");
        RunEnd naming = RunEnd.of(State.COMPLETED, "", "", "", List.of("b:1 did not answer: set it by hand"));
        assertThat(Judge.violations(evidence(new Cluster(BALANCED).wander("b:1", "no"), naming)))
                .isEmpty();
    }

    @Test
    void a_strangers_slot_that_was_taken_back_is_found() {
        Evidence well = evidence(new Cluster(HALF), STOPPED);
        assertBroken(strangers(well, Map.of(7, "b:1")), "nobody else's change is overwritten", "slot 7");
        Map<String, String> kept = Map.of("a:1", "0-6,8-8000", "b:1", "7,8192-16383", "c:1", "8001-8191");
        assertThat(Judge.violations(strangers(evidence(new Cluster(kept), STOPPED), Map.of(7, "b:1"))))
                .isEmpty();
    }

    private static Evidence strangers(Evidence well, Map<Integer, String> moved) {
        return new Evidence(
                well.members(),
                well.newMasters(),
                well.newReplicas(),
                well.before(),
                well.after(),
                well.timeline(),
                well.end(),
                well.halts(),
                moved,
                "",
                well.losses(),
                List.of());
    }

    @Test
    void a_lost_write_and_an_error_of_clients_are_found() {
        Evidence well = evidence(new Cluster(HALF), STOPPED);
        Finding lost = new Finding(Fault.LOST, "key", 5, "a:1", "value", "no key");
        assertThat(Judge.violations(new Evidence(
                        well.members(),
                        well.newMasters(),
                        well.newReplicas(),
                        well.before(),
                        well.after(),
                        well.timeline(),
                        well.end(),
                        List.of("DEFECT: something"),
                        Map.of(),
                        "",
                        new Losses(List.of(lost), Map.of("master killed", 3)),
                        List.of("CLUSTERDOWN"))))
                .hasSize(3)
                .anyMatch(violation -> violation.contains("no acknowledged write is lost"))
                .anyMatch(violation -> violation.contains("DEFECT: something"))
                .anyMatch(violation -> violation.contains("CLUSTERDOWN"));
    }

    @Test
    void a_run_that_neither_ended_nor_halted_is_found() {
        for (State state : List.of(State.STUCK, State.FAILED, State.TERMINATED)) {
            assertBroken(
                    evidence(new Cluster(HALF), RunEnd.of(state, "", "why", "", List.of())),
                    "every run ends",
                    state.name());
        }
    }

    @Test
    void a_halt_or_an_end_without_a_word_is_found() {
        assertBroken(
                evidence(new Cluster(HALF), RunEnd.of(State.HALTED, "MIGRATE_FAILED", "why", "", List.of())),
                "a halt names its reason and the next command");
        assertBroken(
                evidence(new Cluster(HALF), RunEnd.of(State.STOPPED, "", "", "", List.of())),
                "a run says why it ended");
    }

    @Test
    void a_batch_that_was_repeated_is_found() {
        assertBroken(evidence(new Cluster(BALANCED), COMPLETED.repeating(List.of(4))), "not repeated", "[4]");
    }
}
