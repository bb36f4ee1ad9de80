package io.slotferry.servers;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** Whether every node of a cluster says, by itself, that the cluster is whole, and all say the same. */
final class ClusterReadiness {
    private ClusterReadiness() {}

    static void await(Collection<LocalNode> nodes, Duration timeout) {
        Poll.until(
                timeout,
                () -> whyNot(nodes),
                last -> new ServerStartException("The cluster of " + nodes + " is not ready after "
                        + timeout.toSeconds() + " s: " + last + ". The logs are in the nodes' folders, beside "
                        + nodes.iterator().next().log()));
    }

    /** The first reason found; null when it is ready. */
    static String whyNot(Collection<LocalNode> nodes) {
        String view = null;
        for (LocalNode node : nodes) {
            try (Jedis jedis = node.jedis()) {
                List<NodeLine> lines =
                        jedis.clusterNodes().lines().map(NodeLine::parse).toList();
                String own = NodeLine.view(lines);
                String reason = Stream.of(
                                inState(jedis.clusterInfo(), nodes.size()),
                                linked(lines),
                                inSync(jedis.info("replication"), lines),
                                view == null || view.equals(own) ? null : "its view differs from the others'")
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
                if (reason != null) {
                    return node + ": " + reason;
                }
                view = own;
            } catch (JedisException e) {
                return node + ": " + e.getMessage();
            }
        }
        return null;
    }

    private static String inState(String info, int members) {
        String seen = Stream.of("cluster_state", "cluster_slots_assigned", "cluster_slots_ok", "cluster_known_nodes")
                .map(name -> name + ":" + InfoText.field(info, name))
                .collect(Collectors.joining(" "));
        String wanted =
                "cluster_state:ok cluster_slots_assigned:16384 cluster_slots_ok:16384 cluster_known_nodes:" + members;
        return seen.equals(wanted) ? null : seen;
    }

    private static String linked(List<NodeLine> lines) {
        return lines.stream()
                .filter(line -> !line.isWell())
                .map(line -> "node " + line.id() + " is " + line.flags() + ", link " + line.link())
                .findFirst()
                .orElse(null);
    }

    private static String inSync(String replication, List<NodeLine> lines) {
        if (InfoText.field(replication, "role").equals("slave")) {
            String link = InfoText.field(replication, "master_link_status");
            return link.equals("up") ? null : "master_link_status:" + link;
        }
        String self = lines.stream()
                .filter(NodeLine::isMyself)
                .findFirst()
                .orElseThrow()
                .id();
        long replicas =
                lines.stream().filter(line -> line.master().equals(self)).count();
        long online = replication
                .lines()
                .filter(line -> line.startsWith("slave") && line.contains("state=online"))
                .count();
        return online == replicas ? null : online + " of " + replicas + " replicas online";
    }

    /** A line of CLUSTER NODES: id address flags master ping pong epoch link slots. */
    private record NodeLine(String id, String flags, String master, String epoch, String link, String slots) {
        static NodeLine parse(String line) {
            String[] fields = line.split(" ", 9);
            return new NodeLine(
                    fields[0], fields[2], fields[3], fields[6], fields[7], fields.length > 8 ? fields[8] : "");
        }

        boolean isMyself() {
            return flags.contains("myself");
        }

        boolean isWell() {
            // Whole words: a node with the flag nofailover is well.
            return link.equals("connected")
                    && Stream.of("fail", "fail?", "handshake", "noaddr").noneMatch(List.of(flags.split(","))::contains);
        }

        /** What all nodes must agree on: who is there, in which role, with which epoch and slots. */
        static String view(List<NodeLine> lines) {
            return lines.stream()
                    .map(line -> String.join(" ", line.id, line.master, line.epoch, line.slots))
                    .sorted()
                    .collect(Collectors.joining("\n"));
        }
    }
}
