package io.slotferry.activities.attempt;

import io.slotferry.activities.redis.AtOnce;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ConnectionName;
import io.slotferry.activities.redis.Node.NamedClient;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.FailureKind;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The changing connections of one attempt. Opening it is the fence: on every node that will be changed, the connections
 * of older attempts of this run are killed, and each kill is a barrier (facts of CLIENT KILL: what the client had sent has
 * run or is discarded when it answers). Nothing is changed before the fence stands on all of them.
 */
public final class ChangeSession implements AutoCloseable {
    /** How long one command may take: a stalled node is given up after it, and the deadline of the attempt counts it. */
    public static final Duration COMMAND_LIMIT = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(ChangeSession.class);

    private final Nodes nodes;
    private final Lifeline lifeline;
    private final Map<NodeAddress, ChangingNode> fenced = new LinkedHashMap<>();
    private final ConcurrentLinkedQueue<ChangingNode> opened = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    private ChangeSession(Nodes nodes, Lifeline lifeline) {
        this.nodes = nodes;
        this.lifeline = lifeline;
    }

    /**
     * Stands the fence on these nodes.
     *
     * @throws Halted of kind STRANGER where another slotferry is connected to one of them
     * @throws Lifeline.Superseded where a later attempt of this run is at work
     */
    public static ChangeSession open(Nodes nodes, Lifeline lifeline, Collection<NodeAddress> addresses) {
        ChangeSession session = new ChangeSession(nodes, lifeline);
        try {
            List<NodeAddress> distinct = addresses.stream().distinct().toList();
            List<ChangingNode> connected = AtOnce.map(distinct, session::connect);
            for (int i = 0; i < distinct.size(); i++) {
                session.fenced.put(distinct.get(i), connected.get(i));
            }
            AtOnce.each(connected, session::fence);
            return session;
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /**
     * Stands the fence on those of these nodes that answer, and leaves it at that.
     *
     * @throws Halted of kind STRANGER where another slotferry is connected to one of them
     * @throws Lifeline.Superseded where a later attempt is at work
     */
    public static void fence(Nodes nodes, Lifeline lifeline, Collection<NodeAddress> addresses) {
        for (NodeAddress address : addresses) {
            try (ChangeSession ignored = open(nodes, lifeline, List.of(address))) {
                lifeline.assertMayChange(COMMAND_LIMIT);
            } catch (NodeFailure.Unreachable e) {
                log.warn("no fence on {}", e.getMessage());
            }
        }
    }

    private void fence(ChangingNode node) {
        List<NamedClient> clients = node.slotferryClients();
        long newest = clients.stream()
                .filter(client -> kin(client) == Kin.SELF)
                .mapToLong(NamedClient::id)
                .max()
                .orElse(0);
        for (NamedClient client : clients) {
            switch (kin(client)) {
                case SELF -> {
                    // What an earlier session of this attempt left on a node that stalled may run still.
                    if (client.id() < newest) {
                        node.kill(client.id());
                    }
                }
                case PREDECESSOR -> node.kill(client.id());
                case SUCCESSOR ->
                    throw new Lifeline.Superseded(
                            "a later attempt, " + client.name() + ", is connected to " + node.address());
                case STRANGER -> throw stranger(node, client);
            }
        }
    }

    private Kin kin(NamedClient client) {
        return ConnectionName.parse(client.name()).map(lifeline::kin).orElse(Kin.STRANGER);
    }

    private static Halted stranger(ChangingNode node, NamedClient client) {
        return new Halted(
                FailureKind.STRANGER,
                "Another slotferry is connected to " + node.address() + ".",
                List.of("CLIENT LIST shows id=" + client.id() + " name=" + client.name()),
                "find the run that this name holds, perhaps on another Temporal server, and let it end, or stop its worker;"
                        + " then slotferry retry");
    }

    private ChangingNode connect(NodeAddress address) {
        lifeline.assertMayChange(COMMAND_LIMIT);
        ChangingNode node = new FencedNode(
                nodes.change(address, lifeline.connectionName(), COMMAND_LIMIT), lifeline, COMMAND_LIMIT);
        opened.add(node);
        if (closed) {
            node.close();
        }
        return node;
    }

    /** The session's connection to a fenced node: for one thread at a time. */
    public ChangingNode at(NodeAddress address) {
        ChangingNode node = fenced.get(address);
        if (node == null) {
            throw new IllegalStateException("no fence stands on " + address);
        }
        return node;
    }

    /** One more connection to a fenced node, for a thread of its own. */
    public ChangingNode another(NodeAddress address) {
        at(address);
        return connect(address);
    }

    /** Asks every fenced node through the session's own connections; answers by address, in order. */
    public <T> Map<NodeAddress, T> ask(Function<ChangingNode, T> question) {
        List<NodeAddress> addresses = List.copyOf(fenced.keySet());
        List<T> answers = AtOnce.map(addresses, address -> question.apply(at(address)));
        Map<NodeAddress, T> byAddress = new LinkedHashMap<>();
        for (int i = 0; i < answers.size(); i++) {
            byAddress.put(addresses.get(i), answers.get(i));
        }
        return byAddress;
    }

    /** The fenced nodes. */
    public Collection<NodeAddress> addresses() {
        return List.copyOf(fenced.keySet());
    }

    @Override
    public void close() {
        closed = true;
        opened.forEach(ChangingNode::close);
    }
}
