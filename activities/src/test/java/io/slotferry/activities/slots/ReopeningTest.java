package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReopeningTest {
    private static final String SOURCE = "a";
    private static final String TARGET = "b";
    private static final String REPLICA = "c";
    private static final String OTHER = "d";

    /** As this node sees the cluster: what the source owns, the target, and the third master. */
    private static NodeView view(String viewer, String source, String target, String other) {
        return new NodeView(
                SeenNode.id(viewer),
                true,
                1,
                List.of(
                        SeenNode.master(SOURCE, source),
                        SeenNode.master(TARGET, target),
                        SeenNode.replica(REPLICA, SOURCE),
                        SeenNode.master(OTHER, other)),
                Map.of(),
                Map.of());
    }

    private static SlotRanges lost(NodeView target, NodeView... others) {
        return Reopening.knownToAllButItself(
                target, Stream.concat(Stream.of(target), Stream.of(others)).toList());
    }

    @Test
    void what_all_other_masters_see_at_a_master_and_it_at_nobody_it_has_lost_whatever_replicas_see() {
        assertThat(lost(
                        view(TARGET, "24-8191", "0-22", "8192-16383"),
                        view(SOURCE, "24-8191", "0-23", "8192-16383"),
                        view(REPLICA, "23-8191", "0-22", "8192-16383"),
                        view(OTHER, "24-8191", "0-23", "8192-16383")))
                .isEqualTo(SlotRanges.parse("23"));
    }

    @Test
    void what_it_sees_at_another_or_one_of_them_does_not_see_at_it_is_left_alone() {
        assertThat(lost(
                        view(TARGET, "24-8191", "0-21", "22,8192-16383"),
                        view(SOURCE, "24-8191", "0-22", "8192-16383"),
                        view(OTHER, "24-8191", "0-23", "8192-16383")))
                .isEqualTo(SlotRanges.none());
        assertThat(lost(view(TARGET, "24-8191", "0-22", "8192-16383"))).isEqualTo(SlotRanges.none());
    }
}
