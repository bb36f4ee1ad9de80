package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.slots.Strays.Stray;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StraysTest {
    /** The source's master when the plan was made. */
    private static final String FIRST = "a";
    /** Its replica at that time. */
    private static final String SECOND = "b";

    private static final String TARGET = "c";
    private static final String TARGETS_REPLICA = "d";

    /** A node as it sees itself. */
    private static NodeView master(String digit, String slots) {
        return view(SeenNode.master(digit, slots));
    }

    private static NodeView replica(String digit, String master) {
        return view(SeenNode.replica(digit, master));
    }

    private static NodeView view(KnownNode self) {
        return new NodeView(self.id(), true, 1, List.of(self), Map.of(), Map.of());
    }

    private static Member member(String digit) {
        return new Member(SeenNode.id(digit), SeenNode.address(digit));
    }

    /** Who is told to follow whom, where the target's shard is as it should be. */
    private static List<String> told(NodeView... source) {
        return toldOf(Stream.concat(
                        Stream.of(source), Stream.of(master(TARGET, "8192-16383"), replica(TARGETS_REPLICA, TARGET)))
                .toList());
    }

    private static List<String> toldOf(List<NodeView> views) {
        BatchOrder order = new BatchOrder(
                new ClusterAccess(List.of(SeenNode.address(FIRST)), Optional.empty()),
                1,
                1,
                Mode.STEADY,
                List.of(new Move(
                        List.of(member(FIRST), member(SECOND)),
                        List.of(member(TARGET), member(TARGETS_REPLICA)),
                        SlotRanges.parse("0-9"))));
        return Strays.of(order, views).stream().map(StraysTest::text).toList();
    }

    private static String text(Stray stray) {
        return digit(stray.self()) + " to " + digit(stray.successor());
    }

    private static String digit(KnownNode node) {
        return node.id().value().substring(0, 1);
    }

    @Test
    void a_shard_with_one_master_has_none() {
        assertThat(told(master(FIRST, "0-8191"), replica(SECOND, FIRST))).isEmpty();
        assertThat(told(replica(FIRST, SECOND), master(SECOND, "0-8191"))).isEmpty();
    }

    @Test
    void the_first_master_that_is_left_without_slots_or_follows_the_target_is_to_follow_its_successor() {
        assertThat(told(master(FIRST, ""), master(SECOND, "0-8191"))).containsExactly("a to b");
        assertThat(told(replica(FIRST, TARGET), master(SECOND, "0-8191"))).containsExactly("a to b");
    }

    @Test
    void a_successor_that_is_left_without_slots_when_the_first_master_has_taken_them_back_is_to_follow_it() {
        assertThat(told(master(FIRST, "0-8191"), master(SECOND, ""))).containsExactly("b to a");
    }

    @Test
    void a_replica_that_somebody_attached_to_the_other_shard_is_none() {
        assertThat(told(master(FIRST, "0-8191"), replica(SECOND, TARGET))).isEmpty();
    }

    @Test
    void nobody_is_told_anything_while_two_masters_have_slots_or_none_has() {
        assertThat(told(master(FIRST, "0-9"), master(SECOND, "10-8191"))).isEmpty();
        assertThat(told(master(FIRST, ""), master(SECOND, ""))).isEmpty();
        assertThat(told(master(FIRST, ""))).isEmpty();
    }

    @Test
    void a_shard_that_has_just_joined_has_a_master_without_slots_and_no_stray() {
        assertThat(toldOf(List.of(
                        master(FIRST, "0-16383"),
                        replica(SECOND, FIRST),
                        master(TARGET, ""),
                        replica(TARGETS_REPLICA, TARGET))))
                .isEmpty();
    }
}
