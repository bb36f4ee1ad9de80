package io.slotferry.activities.preflight;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Node;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a failover is under way: INFO and CLUSTER NODES show its result alone. Two looks, an interval apart, show the rest:
 * votes that were asked for (the cluster bus counts its messages), manual failovers that began, and masters that changed.
 */
final class FailoverWatch {
    /** Messages that a replica sends and nobody else; the field of CLUSTER INFO is there from the first one on. */
    private enum Sign {
        VOTES("cluster_stats_messages_auth-req_sent", "asked for votes as its shard's new master"),
        MANUAL("cluster_stats_messages_mfstart_sent", "began a manual failover (CLUSTER FAILOVER)");

        private final String field;
        private final String meaning;

        Sign(String field, String meaning) {
            this.field = field;
            this.meaning = meaning;
        }
    }

    private final ClusterReader reader;
    private final Map<NodeAddress, Member> nodes = new LinkedHashMap<>();
    private final Map<NodeId, KnownNode> before;
    private final Map<NodeAddress, Map<String, String>> countsBefore;
    private final long began = System.nanoTime();

    /** The first look. */
    FailoverWatch(ClusterReader reader, List<NodeView> views) {
        this.reader = reader;
        views.stream()
                .map(NodeView::self)
                .forEach(node -> nodes.put(node.address(), new Member(node.id(), node.address())));
        this.before = selves(views);
        this.countsBefore = counts();
    }

    private static Map<NodeId, KnownNode> selves(List<NodeView> views) {
        Map<NodeId, KnownNode> selves = new HashMap<>();
        views.stream().map(NodeView::self).forEach(node -> selves.put(node.id(), node));
        return selves;
    }

    private Map<NodeAddress, Map<String, String>> counts() {
        return reader.ask(nodes.keySet(), node -> node.particulars().clusterFacts())
                .answers();
    }

    /** The second look, and the answer. */
    void finish(Answers answers) {
        List<String> signs = new ArrayList<>();
        Map<NodeAddress, Map<String, String>> counts = counts();
        nodes.forEach((address, member) -> sent(member, counts.get(address)).forEach(signs::add));
        Map<NodeId, KnownNode> after = selves(reader.ask(nodes.keySet(), Node::view).answers().values().stream()
                .toList());
        nodes.values().forEach(member -> changed(member, after.get(member.id())).ifPresent(signs::add));
        String interval = String.format(
                Locale.ROOT,
                "%.1f s",
                Duration.ofNanos(System.nanoTime() - began).toMillis() / 1_000.0);
        answers.failEach(
                CheckName.NO_FAILOVER,
                Preflight.bounded(signs.stream()
                        .map(sign -> sign + ", within " + interval)
                        .toList()),
                "no shard's master changed, and no replica asked to become one, within " + interval,
                "wait until it is over and the shard has its master; where it begins anew each time, see the logs of the"
                        + " shard's nodes for who asks for it, or why its master is not reached");
    }

    private List<String> sent(Member member, Map<String, String> now) {
        Map<String, String> then = countsBefore.get(member.address());
        List<String> signs = new ArrayList<>();
        for (Sign sign : Sign.values()) {
            // A node that was restarted meanwhile counts anew.
            if (then != null && now != null && count(now, sign) > count(then, sign)) {
                signs.add(member + " " + sign.meaning);
            }
        }
        return signs;
    }

    private static long count(Map<String, String> facts, Sign sign) {
        String value = facts.getOrDefault(sign.field, "0");
        return value.matches("[0-9]{1,18}") ? Long.parseLong(value) : 0;
    }

    private Optional<String> changed(Member member, KnownNode now) {
        KnownNode then = before.get(member.id());
        if (now == null || now.role() == then.role()) {
            return Optional.empty();
        }
        return Optional.of(member
                + (now.role() == KnownNode.Role.MASTER
                        ? " was a replica and is a master now"
                        : " was a master and is a replica now"));
    }
}
