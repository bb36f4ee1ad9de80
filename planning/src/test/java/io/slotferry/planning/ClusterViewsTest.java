package io.slotferry.planning;

import static io.slotferry.planning.Clusters.evenWithReplicas;
import static io.slotferry.planning.Clusters.id;
import static io.slotferry.planning.Clusters.member;
import static io.slotferry.planning.Clusters.views;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.ClusterViews.Direction;
import io.slotferry.planning.ClusterViews.DownLink;
import io.slotferry.planning.ClusterViews.FailingNode;
import io.slotferry.planning.ClusterViews.OpenSlots;
import io.slotferry.planning.ClusterViews.SharedHost;
import io.slotferry.planning.ClusterViews.Uncovered;
import io.slotferry.planning.KnownNode.Flag;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.ViewAgreement.Agreed;
import io.slotferry.planning.ViewAgreement.Disagreed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ClusterViewsTest {
    /** Masters 1 to 3, with replicas 101 to 103: the views stand as 1, 101, 2, 102, 3, 103. */
    private static final Cluster CLUSTER = evenWithReplicas(3);

    private static final String ONE = "10.0.0.1:7000 (00000001)";
    private static final String TWO = "10.0.0.2:7000 (00000002)";
    private static final String THREE = "10.0.0.3:7000 (00000003)";

    /** The cluster's views, in which the viewer sees the node otherwise. */
    private static List<NodeView> seen(int viewer, int node, UnaryOperator<KnownNode> as) {
        return seen(views(CLUSTER), viewer, node, as);
    }

    private static List<NodeView> seen(List<NodeView> views, int viewer, int node, UnaryOperator<KnownNode> as) {
        return views.stream()
                .map(view -> view.viewer().equals(id(viewer))
                        ? nodes(
                                view,
                                view.nodes().stream()
                                        .map(n -> n.id().equals(id(node)) ? as.apply(n) : n)
                                        .toList())
                        : view)
                .toList();
    }

    private static NodeView nodes(NodeView view, List<KnownNode> nodes) {
        return new NodeView(
                view.viewer(), view.stateOk(), view.currentEpoch(), nodes, view.migrating(), view.importing());
    }

    private static KnownNode with(KnownNode n, Role role, Optional<NodeId> master, long epoch, SlotRanges slots) {
        return new KnownNode(
                n.id(), n.address(), n.busPort(), role, master, epoch, n.flags(), n.linkConnected(), slots);
    }

    private static KnownNode slots(KnownNode n, SlotRanges slots) {
        return with(n, n.role(), n.masterId(), n.configEpoch(), slots);
    }

    private static KnownNode epoch(KnownNode n, long epoch) {
        return with(n, n.role(), n.masterId(), epoch, n.slots());
    }

    private static KnownNode flagged(KnownNode n, Flag flag, boolean linked) {
        return new KnownNode(
                n.id(),
                n.address(),
                n.busPort(),
                n.role(),
                n.masterId(),
                n.configEpoch(),
                Set.of(flag),
                linked,
                n.slots());
    }

    private static List<String> differences(List<NodeView> views) {
        return ((Disagreed) ClusterViews.compare(views)).differences();
    }

    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    void views_that_are_alike_are_one_cluster_in_whatever_order_they_stand(
            @ForAll @IntRange(min = 3, max = 50) int masters, @ForAll long seed) {
        Cluster cluster = evenWithReplicas(masters);
        List<NodeView> views = new ArrayList<>(views(cluster));
        Collections.shuffle(views, new java.util.Random(seed));

        assertThat(ClusterViews.compare(views)).isEqualTo(new Agreed(cluster));
    }

    @Example
    void slots_that_a_node_imports_and_sees_without_owner_since_their_source_failed_over_are_their_masters() {
        SlotRanges open = SlotRanges.parse("7-8");
        List<NodeView> torn = torn(open, Map.of(7, id(101), 8, id(101)));
        assertThat(ClusterViews.compareWhileSlotsMove(torn)).isInstanceOf(ViewAgreement.Disagreed.class);
        assertThat(ClusterViews.notOk(torn)).hasSize(1);

        List<NodeView> told = ImportedSlots.withTheirOwners(torn);

        assertThat(ClusterViews.compareWhileSlotsMove(told)).isEqualTo(new ViewAgreement.Agreed(CLUSTER));
        assertThat(ClusterViews.notOk(told)).isEmpty();
        assertThat(ClusterViews.openSlots(told)).isEqualTo(ClusterViews.openSlots(torn));
    }

    @Example
    void slots_that_a_node_sees_without_owner_and_does_not_import_stay_a_difference() {
        List<NodeView> torn = torn(SlotRanges.parse("7-9"), Map.of(7, id(101), 8, id(101)));

        List<NodeView> told = ImportedSlots.withTheirOwners(torn);

        assertThat(ClusterViews.compareWhileSlotsMove(told)).isInstanceOf(ViewAgreement.Disagreed.class);
        assertThat(ClusterViews.notOk(told)).hasSize(1);
    }

    /** Master 3 sees these slots of master 1 without owner, imports some, and is not ok. */
    private static List<NodeView> torn(SlotRanges unowned, Map<Integer, NodeId> importing) {
        return seen(3, 1, node -> slots(node, node.slots().minus(unowned))).stream()
                .map(view -> view.viewer().equals(id(3))
                        ? new NodeView(
                                view.viewer(), false, view.currentEpoch(), view.nodes(), view.migrating(), importing)
                        : view)
                .toList();
    }

    @Example
    void slots_at_another_owner_are_a_difference_with_both_sides() {
        List<NodeView> views = seen(3, 1, n -> slots(n, n.slots().minus(SlotRanges.parse("100-199"))));
        views = seen(views, 3, 2, n -> slots(n, n.slots().plus(SlotRanges.parse("100-199"))));

        assertThat(differences(views))
                .containsExactly(THREE + " sees slots 100-199 at " + TWO + ", " + ONE + " at " + ONE + ".");
    }

    @Example
    void a_slot_without_owner_in_one_view_is_a_difference() {
        assertThat(differences(seen(1, 3, n -> slots(n, n.slots().minus(SlotRanges.parse("16000"))))))
                .containsExactly(ONE + " sees slot 16000 at no node, " + TWO + " at " + THREE + ".");
    }

    @Example
    void another_role_or_master_is_a_difference() {
        assertThat(differences(
                        seen(2, 101, n -> with(n, Role.REPLICA, Optional.of(id(3)), n.configEpoch(), n.slots()))))
                .containsExactly(TWO + " sees 10.0.0.2:7001 (00000065) as a replica of " + THREE + ", " + ONE
                        + " as a replica of " + ONE + ".");
        assertThat(differences(seen(2, 101, n -> with(n, Role.MASTER, Optional.empty(), 9, n.slots()))))
                .containsExactly(
                        TWO + " sees 10.0.0.2:7001 (00000065) as a master, " + ONE + " as a replica of " + ONE + ".");
    }

    @Example
    void another_config_epoch_of_an_owner_is_a_difference_but_not_that_of_a_replica() {
        assertThat(differences(seen(2, 3, n -> epoch(n, 8))))
                .containsExactly(TWO + " sees " + THREE + " with config epoch 8, " + ONE + " with 3.");
        assertThat(ClusterViews.compare(seen(2, 103, n -> epoch(n, 8)))).isEqualTo(new Agreed(CLUSTER));
    }

    @Example
    void two_owners_with_one_config_epoch_are_a_difference_but_for_epoch_0() {
        List<NodeView> same = views(CLUSTER).stream()
                .map(view -> nodes(
                        view,
                        view.nodes().stream()
                                .map(n -> epoch(n, Math.min(2, n.configEpoch())))
                                .toList()))
                .toList();
        List<NodeView> none = views(CLUSTER).stream()
                .map(view ->
                        nodes(view, view.nodes().stream().map(n -> epoch(n, 0)).toList()))
                .toList();

        assertThat(differences(same)).containsExactly(TWO + " and " + THREE + " both own slots with config epoch 2.");
        assertThat(ClusterViews.compare(none)).isEqualTo(new Agreed(CLUSTER));
    }

    @Example
    void two_owners_of_a_slot_in_every_view_are_a_difference() {
        List<NodeView> views = views(CLUSTER).stream()
                .map(view -> nodes(
                        view,
                        view.nodes().stream()
                                .map(n -> n.id().equals(id(3))
                                        ? slots(n, n.slots().plus(SlotRanges.parse("7")))
                                        : n)
                                .toList()))
                .toList();

        assertThat(differences(views)).containsExactly(ONE + " sees two owners of slot 7, one of them " + THREE + ".");
    }

    @Example
    void a_node_that_was_not_asked_is_a_difference_and_so_it_is_when_all_see_it_failing() {
        List<NodeView> views = views(CLUSTER).subList(0, 5);
        assertThat(differences(views))
                .containsExactly("10.0.0.1:7001 (00000067) is known to " + ONE + ", but its own view is missing.");

        List<NodeView> failing = views.stream()
                .map(view -> nodes(
                        view,
                        view.nodes().stream()
                                .map(n -> n.id().equals(id(103)) ? flagged(n, Flag.FAIL, false) : n)
                                .toList()))
                .toList();
        assertThat(differences(failing))
                .containsExactly("10.0.0.1:7001 (00000067) is known to " + ONE
                        + ", but its own view is missing (5 of 5 views see it failing).");
    }

    @Example
    void a_node_that_one_view_lacks_is_a_difference() {
        NodeView view = views(CLUSTER).get(4);
        List<NodeView> views = new ArrayList<>(views(CLUSTER));
        views.set(4, nodes(view, view.nodes().subList(1, 6)));

        assertThat(differences(views))
                .containsExactly(
                        THREE + " does not know " + ONE + "; " + ONE + " does.",
                        THREE + " sees slots 0-5460 at no node, " + ONE + " at " + ONE + ".");
    }

    @Example
    void a_node_in_handshake_or_without_address_is_a_difference() {
        List<NodeView> views = new ArrayList<>(views(CLUSTER));
        List<KnownNode> more = new ArrayList<>(views.get(0).nodes());
        more.add(new KnownNode(
                id(9),
                new NodeAddress("10.0.0.9", 7_000),
                17_000,
                Role.MASTER,
                Optional.empty(),
                0,
                Set.of(Flag.HANDSHAKE),
                false,
                SlotRanges.none()));
        views.set(0, nodes(views.get(0), more));

        assertThat(differences(views)).containsExactly(ONE + " is still in handshake with 10.0.0.9:7000.");
        assertThat(differences(seen(2, 3, n -> flagged(n, Flag.NOADDR, true))))
                .containsExactly(TWO + " knows no address of node 00000003.");
    }

    @Example
    void no_views_or_two_of_one_node_are_a_difference() {
        List<NodeView> twice = new ArrayList<>(views(CLUSTER));
        twice.add(twice.get(0));

        assertThat(differences(List.of())).containsExactly("No node was asked for its view of the cluster.");
        assertThat(differences(twice)).containsExactly(ONE + " was asked 2 times: it stands for more than one node.");
    }

    @Example
    void of_many_differences_the_first_are_spelled_out() {
        Cluster large = evenWithReplicas(60);
        NodeView lonely = views(large).get(0);
        List<NodeView> views = new ArrayList<>(views(large));
        views.set(0, nodes(lonely, lonely.nodes().subList(0, 1)));

        assertThat(differences(views)).hasSize(21).last().isEqualTo("And 158 more.");
    }

    @Example
    void each_other_question_has_its_own_answer() {
        List<NodeView> healthy = views(CLUSTER);
        assertThat(ClusterViews.uncovered(healthy)).isEmpty();
        assertThat(ClusterViews.openSlots(healthy)).isEmpty();
        assertThat(ClusterViews.failing(healthy)).isEmpty();
        assertThat(ClusterViews.downLinks(healthy)).isEmpty();
        assertThat(ClusterViews.notOk(healthy)).isEmpty();
        assertThat(ClusterViews.withoutReplica(CLUSTER)).isEmpty();
        assertThat(ClusterViews.sharedHosts(CLUSTER)).isEmpty();
    }

    @Example
    void uncovered_slots_are_named_with_the_view_that_lacks_them() {
        assertThat(ClusterViews.uncovered(seen(2, 1, n -> slots(n, n.slots().minus(SlotRanges.parse("3-5"))))))
                .containsExactly(new Uncovered(member(2, "10.0.0.2:7000"), SlotRanges.parse("3-5")));
    }

    @Example
    void open_slots_are_found_on_every_node_with_their_peer() {
        List<NodeView> views = new ArrayList<>(views(CLUSTER));
        views.set(0, open(views.get(0), Map.of(7, id(3), 8, id(3), 20, id(0xdead)), Map.of()));
        views.set(4, open(views.get(4), Map.of(), Map.of(7, id(1))));
        Member one = member(1, "10.0.0.1:7000");
        Member three = member(3, "10.0.0.3:7000");

        assertThat(ClusterViews.openSlots(views))
                .containsExactly(
                        new OpenSlots(
                                one,
                                Direction.MIGRATING,
                                SlotRanges.parse("7-8"),
                                three.id(),
                                Optional.of(three.address())),
                        new OpenSlots(one, Direction.MIGRATING, SlotRanges.parse("20"), id(0xdead), Optional.empty()),
                        new OpenSlots(
                                three,
                                Direction.IMPORTING,
                                SlotRanges.parse("7"),
                                one.id(),
                                Optional.of(one.address())));
    }

    private static NodeView open(NodeView view, Map<Integer, NodeId> migrating, Map<Integer, NodeId> importing) {
        return new NodeView(view.viewer(), true, view.currentEpoch(), view.nodes(), migrating, importing);
    }

    @Example
    void failing_nodes_and_links_that_are_down_are_named_with_who_says_so() {
        List<NodeView> views = seen(1, 3, n -> flagged(n, Flag.PFAIL, false));
        views = seen(views, 2, 3, n -> flagged(n, Flag.FAIL, true));
        Member one = member(1, "10.0.0.1:7000");
        Member two = member(2, "10.0.0.2:7000");
        Member three = member(3, "10.0.0.3:7000");

        assertThat(ClusterViews.failing(views)).containsExactly(new FailingNode(three, Flag.FAIL, List.of(two)));
        assertThat(ClusterViews.downLinks(views)).containsExactly(new DownLink(one, three));
        assertThat(ClusterViews.compare(views)).isEqualTo(new Agreed(CLUSTER));
    }

    @Example
    void a_node_whose_cluster_state_is_not_ok_is_named() {
        List<NodeView> views = new ArrayList<>(views(CLUSTER));
        NodeView view = views.get(2);
        views.set(2, new NodeView(view.viewer(), false, 6, view.nodes(), Map.of(), Map.of()));

        assertThat(ClusterViews.notOk(views)).containsExactly(member(2, "10.0.0.2:7000"));
    }

    @Example
    void masters_without_replica_and_replicas_beside_their_masters_are_named() {
        List<Shard> shards = new ArrayList<>(CLUSTER.shards());
        Shard bare = new Shard(shards.get(0).master(), List.of(), shards.get(0).slots());
        Member beside = member(201, "10.0.0.2:7005");
        shards.set(0, bare);
        shards.set(
                1,
                new Shard(shards.get(1).master(), List.of(beside), shards.get(1).slots()));
        shards.add(new Shard(member(7, "10.0.0.7:7000"), List.of(), SlotRanges.none()));
        Cluster cluster = new Cluster(shards);

        assertThat(ClusterViews.withoutReplica(cluster)).containsExactly(bare);
        assertThat(ClusterViews.sharedHosts(cluster))
                .containsExactly(new SharedHost(member(2, "10.0.0.2:7000"), beside));
    }
}
