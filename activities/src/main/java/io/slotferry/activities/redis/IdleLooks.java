package io.slotferry.activities.redis;

import io.slotferry.activities.credentials.Credential;
import io.slotferry.planning.NodeAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Connections for looking that are kept for a moment after use: without a pause between batches every node is asked several
 * times within a few milliseconds. Never one that changes anything: such a connection is its attempt's own, by name. Safe for
 * use by several threads.
 */
final class IdleLooks {
    private static final int MOST_OF_A_NODE = 2;

    private final Duration kept;
    private final Map<Login, Deque<Idle>> idle = new HashMap<>();
    private final ScheduledExecutorService closing = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "slotferry-idle-connections");
        thread.setDaemon(true);
        return thread;
    });
    private boolean closingLater;

    IdleLooks(Duration kept) {
        this.kept = kept;
    }

    /** To whom a connection leads, and as whom. */
    private record Login(NodeAddress address, Optional<Credential> credential) {}

    private record Idle(RespConnection connection, long since) {}

    /** One that was used a moment ago; it may have been closed by the node since. */
    synchronized Optional<RespConnection> take(NodeAddress address, Optional<Credential> credential) {
        Deque<Idle> waiting = idle.get(new Login(address, credential));
        return waiting == null || waiting.isEmpty()
                ? Optional.empty()
                : Optional.of(waiting.pop().connection());
    }

    /** Keeps it for the next look, unless there are enough. */
    synchronized void keep(RespConnection connection) {
        Deque<Idle> waiting = idle.computeIfAbsent(
                new Login(connection.address(), connection.credential()), any -> new ArrayDeque<>());
        if (waiting.size() >= MOST_OF_A_NODE) {
            connection.close();
            return;
        }
        waiting.push(new Idle(connection, System.nanoTime()));
        closeLater();
    }

    private void closeLater() {
        if (!closingLater) {
            closingLater = true;
            ScheduledFuture<?> unused = closing.schedule(this::closeOld, kept.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private synchronized void closeOld() {
        long now = System.nanoTime();
        List<Login> unused = new ArrayList<>();
        idle.forEach((login, waiting) -> {
            while (!waiting.isEmpty() && now - waiting.peekLast().since() >= kept.toNanos()) {
                waiting.pollLast().connection().close();
            }
            if (waiting.isEmpty()) {
                unused.add(login);
            }
        });
        unused.forEach(idle::remove);
        closingLater = false;
        if (!idle.isEmpty()) {
            closeLater();
        }
    }
}
