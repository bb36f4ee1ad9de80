package io.slotferry.servers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes something when the JVM ends in order (also by Ctrl-C or SIGTERM) and nobody closed it before. */
final class ExitHook {
    private static final Logger LOG = LoggerFactory.getLogger(ExitHook.class);

    private final Thread thread;

    private ExitHook(Thread thread) {
        this.thread = thread;
    }

    static ExitHook closing(AutoCloseable closeable) {
        ExitHook hook = new ExitHook(new Thread(() -> close(closeable), "slotferry-exit"));
        Runtime.getRuntime().addShutdownHook(hook.thread);
        return hook;
    }

    /** A hook that does nothing, where the caller has one of its own. */
    static ExitHook none() {
        return new ExitHook(null);
    }

    void remove() {
        if (thread == null) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs, and finds all closed.
        }
    }

    private static void close(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            LOG.warn("Not everything could be cleaned up", e);
        }
    }
}
