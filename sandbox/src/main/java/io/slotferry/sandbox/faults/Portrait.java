package io.slotferry.sandbox.faults;

import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A cluster and the nodes around it at one time, each by its own word.
 *
 * @param nodes by address; those that did not answer are not there
 */
record Portrait(Map<String, Seen> nodes) {
    private static final String WANDER = "cluster-allow-replica-migration";
    private static final int PATIENCE_MILLIS = 2_000;

    Portrait {
        nodes = Map.copyOf(nodes);
    }

    /**
     * A node.
     *
     * @param state its cluster_state
     * @param linked whether it is a master, or a replica whose link is up
     * @param wander its cluster-allow-replica-migration; empty where the server has none
     */
    record Seen(NodeView view, String state, boolean linked, long keys, String wander) {}

    /** Asks every one of them. */
    static Portrait take(Collection<LocalNode> nodes) {
        Map<String, Seen> seen = new LinkedHashMap<>();
        for (LocalNode node : nodes) {
            try (Jedis jedis = patient(node)) {
                seen.put(node.address(), look(jedis));
            } catch (JedisException e) {
                // It is not in the portrait.
            }
        }
        return new Portrait(seen);
    }

    static Jedis patient(LocalNode node) {
        return new Jedis(
                node.hostAndPort(),
                DefaultJedisClientConfig.builder()
                        .from(node.clientConfig())
                        .timeoutMillis(PATIENCE_MILLIS)
                        .build());
    }

    private static Seen look(Jedis jedis) {
        String replication = jedis.info("replication");
        return new Seen(
                NodeView.parse(jedis.clusterNodes()),
                field(jedis.clusterInfo(), "cluster_state"),
                !replication.contains("role:slave") || replication.contains("master_link_status:up"),
                jedis.dbSize(),
                String.join("", jedis.configGet(WANDER).values()));
    }

    private static String field(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    /** Those that belong to the cluster of this node, as it says itself; none where it did not answer. */
    List<String> membersWith(String address) {
        return nodes.containsKey(address) ? nodes.get(address).view().members() : List.of();
    }

    Stream<Seen> of(Collection<String> addresses) {
        return addresses.stream().filter(nodes::containsKey).map(nodes::get);
    }

    /** By slot, the masters that own it by their own word. */
    Map<Integer, List<String>> claims(Collection<String> members) {
        Map<Integer, List<String>> claims = new TreeMap<>();
        of(members).map(Seen::view).filter(NodeView::master).forEach(view -> view.slots().stream()
                .forEach(slot ->
                        claims.merge(slot, List.of(view.address()), (a, b) -> Stream.concat(a.stream(), b.stream())
                                .toList())));
        return claims;
    }

    /** The slots that any master has open. */
    Set<Integer> open() {
        return nodes.values().stream()
                .map(Seen::view)
                .filter(NodeView::master)
                .flatMap(view -> view.open().keySet().stream())
                .collect(Collectors.toSet());
    }

    /** Why these members are not one whole cluster at rest; empty where they are. */
    String unrest(Collection<String> members) {
        List<Seen> seen = of(members).toList();
        if (seen.size() < members.size()) {
            return members.stream().filter(member -> !nodes.containsKey(member)).toList() + " did not answer";
        }
        Map<String, SlotRanges> first = seen.get(0).view().owners();
        for (Seen node : seen) {
            NodeView view = node.view();
            if (!node.state().equals("ok")) {
                return view.address() + " says cluster_state:" + node.state();
            }
            if (!view.failing().isEmpty()) {
                return view.address() + " holds " + view.failing() + " for failed";
            }
            if (!node.linked()) {
                return view.address() + " has no link to its master";
            }
            if (!view.owners().equals(first)
                    || !view.members().equals(seen.get(0).view().members())) {
                return view.address() + " sees another cluster than "
                        + seen.get(0).view().address() + ": " + text(view.owners()) + " beside " + text(first);
            }
        }
        return "";
    }

    private static String text(Map<String, SlotRanges> owners) {
        return new TreeMap<>(owners)
                .entrySet().stream()
                        .map(owner -> owner.getKey() + "=" + owner.getValue().size())
                        .collect(Collectors.joining(" "));
    }
}
