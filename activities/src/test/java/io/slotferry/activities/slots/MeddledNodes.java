package io.slotferry.activities.slots;

import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ChangingNode.SlotChange;
import io.slotferry.activities.redis.ConnectionName;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.activities.redis.RdbStream;
import io.slotferry.planning.NodeAddress;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Real nodes between whose commands a test can act; remembers which changes were asked for. */
final class MeddledNodes implements Nodes {
    private final Nodes real;
    private final Consumer<Call> before;
    private final List<String> calls = new CopyOnWriteArrayList<>();

    MeddledNodes(Nodes real, Consumer<Call> before) {
        this.real = real;
        this.before = before;
    }

    /** A method of the port that is about to be called. */
    record Call(NodeAddress node, String method, List<Object> arguments) {
        /** Whether slots are taken by the node. */
        boolean takesSlots() {
            return method.equals("setSlots")
                    && arguments.get(0) instanceof List<?> changes
                    && changes.get(0) instanceof SlotChange.Taking;
        }
    }

    List<String> calls() {
        return calls;
    }

    @Override
    public Node look(NodeAddress address) {
        return real.look(address);
    }

    @Override
    public ChangingNode change(NodeAddress address, ConnectionName name, Duration limit) {
        ChangingNode node = real.change(address, name, limit);
        return (ChangingNode) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ChangingNode.class}, (proxy, method, arguments) -> {
                    before.accept(
                            new Call(address, method.getName(), arguments == null ? List.of() : List.of(arguments)));
                    calls.add(method.getName() + "@" + address);
                    try {
                        return method.invoke(node, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public RdbStream rdb(NodeAddress address, Runnable waiting) {
        return real.rdb(address, waiting);
    }

    @Override
    public Optional<String> knock(NodeAddress address) {
        return real.knock(address);
    }

    @Override
    public Optional<String> canary(Collection<NodeAddress> seeds, int slot) {
        return real.canary(seeds, slot);
    }
}
