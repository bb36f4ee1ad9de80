package io.slotferry.distribution;

import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ChangingNode.SlotChange;
import io.slotferry.activities.redis.ConnectionName;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.activities.redis.RdbStream;
import io.slotferry.planning.NodeAddress;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Real nodes behind traps. */
record TrappedNodes(Nodes real, Traps traps) implements Nodes {
    private static final Set<String> TRAPPED =
            Set.of("setConfig", "meet", "replicate", "forget", "resetHard", "migrate", "exportSlots");

    @Override
    public Node look(NodeAddress address) {
        return real.look(address);
    }

    @Override
    public ChangingNode change(NodeAddress address, ConnectionName name, Duration limit) {
        ChangingNode node = real.change(address, name, limit);
        return (ChangingNode) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ChangingNode.class}, (proxy, method, arguments) -> {
                    String command = command(method, arguments);
                    return command.isEmpty()
                            ? invoke(node, method, arguments)
                            : traps.through(command, name.toString(), () -> invoke(node, method, arguments));
                });
    }

    private static Object invoke(ChangingNode node, Method method, Object... arguments) throws Exception {
        try {
            return method.invoke(node, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** How a trap calls it; empty for what changes nothing. SETSLOT is called by what it says of the slots. */
    private static String command(Method method, Object... arguments) {
        if (method.getName().equals("setSlots") && arguments[0] instanceof List<?> changes && !changes.isEmpty()) {
            return ((SlotChange) changes.get(0)).getClass().getSimpleName();
        }
        return TRAPPED.contains(method.getName()) ? method.getName() : "";
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
