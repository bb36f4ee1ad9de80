package io.slotferry.sandbox;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import java.util.Set;
import java.util.stream.Collectors;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClusterClient;

/**
 * How clients reach a cluster.
 *
 * @param seeds nodes to ask for the others; at least one must answer
 * @param config timeouts and login, for every node
 */
public record Access(Set<HostAndPort> seeds, JedisClientConfig config) {
    public Access {
        seeds = Set.copyOf(seeds);
    }

    /** The nodes that a local cluster was formed of, with its login. */
    public static Access to(LocalCluster cluster) {
        return new Access(
                cluster.nodes().stream().map(LocalNode::hostAndPort).collect(Collectors.toSet()),
                cluster.nodes().get(0).clientConfig());
    }

    /** A cluster client as applications use it: it repeats commands whose connection broke. The caller closes it. */
    RedisClusterClient client() {
        return RedisClusterClient.builder().nodes(seeds).clientConfig(config).build();
    }
}
