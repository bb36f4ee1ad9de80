package io.slotferry.activities.redis;

import io.slotferry.planning.NodeAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;

/** Opens connections to nodes. A connection never reconnects by itself: once it failed, every further call on it fails. */
public interface Nodes {
    /**
     * A connection to look through; changes nothing.
     *
     * @throws NodeFailure where there is no connection, or the credential is refused
     */
    Node look(NodeAddress address);

    /**
     * A connection to change things through.
     *
     * @param name what CLIENT LIST shows of it, by which a successor finds and kills it
     * @param limit how long one command may take at most
     * @throws NodeFailure where there is no connection, or the credential is refused
     */
    ChangingNode change(NodeAddress address, ConnectionName name, Duration limit);

    /**
     * The node's data as of now, as a replica would get it: the node forks.
     *
     * @param waiting called for each sign of life until the first byte comes; may end the waiting by an exception
     * @throws NodeFailure where there is no connection, the credential is refused, or the node will not send
     */
    RdbStream rdb(NodeAddress address, Runnable waiting);

    /**
     * Connects to a port and says nothing there, as for a bus port, which speaks another language.
     *
     * @return why there is no connection, for a person; empty where there is one
     */
    Optional<String> knock(NodeAddress address);

    /**
     * Writes a key of this slot (if absent, with a TTL, under a name that nobody else has), reads it back and deletes it,
     * through a cluster client as an application would.
     *
     * @return what went wrong, for a person; empty where nothing did
     */
    Optional<String> canary(Collection<NodeAddress> seeds, int slot);
}
