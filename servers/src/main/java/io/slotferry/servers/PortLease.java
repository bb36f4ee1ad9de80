package io.slotferry.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port and its cluster bus port (port + 10,000) that no other JVM of this user takes, also while nothing listens on
 * them: a node that is down keeps its address, so that no node of another test's cluster comes up there.
 *
 * <p>Both lie below 32768, where Linux takes the ports of outgoing connections from.
 */
public final class PortLease implements AutoCloseable {
    static final int BUS_OFFSET = 10_000;
    private static final int FIRST = 12_000;
    private static final int COUNT = 10_000;

    private final int port;
    private final FileLock lock;

    private PortLease(int port, FileLock lock) {
        this.port = port;
        this.lock = lock;
    }

    public int port() {
        return port;
    }

    /** Takes a port that is free on that host address. */
    public static PortLease take(String host) {
        int start = ThreadLocalRandom.current().nextInt(COUNT);
        for (int i = 0; i < COUNT; i++) {
            int port = FIRST + (start + i) % COUNT;
            FileLock lock = tryLock(port);
            if (lock == null) {
                continue;
            }
            if (isFree(host, port) && isFree(host, port + BUS_OFFSET)) {
                return new PortLease(port, lock);
            }
            release(lock);
        }
        throw new ServerStartException("No free port on " + host + " between " + FIRST + " and " + (FIRST + COUNT - 1)
                + " (with its cluster bus port, port + " + BUS_OFFSET + "). "
                + "If that address is not one of this machine's, add it, or use 127.0.0.1.");
    }

    @Override
    public void close() {
        release(lock);
    }

    private static FileLock tryLock(int port) {
        try {
            return Locks.CHANNEL.tryLock(port, 1, false);
        } catch (OverlappingFileLockException e) {
            return null;
        } catch (IOException e) {
            throw new ServerStartException("Cannot lock a port: " + e, e);
        }
    }

    private static void release(FileLock lock) {
        try {
            lock.release();
        } catch (IOException e) {
            throw new ServerStartException("Cannot release a port: " + e, e);
        }
    }

    private static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** One channel for the JVM's life: closing any channel of a file drops all of the process's locks on it. */
    private static final class Locks {
        static final FileChannel CHANNEL = open();

        private static FileChannel open() {
            try {
                return FileChannel.open(
                        CacheFolder.create().resolve("ports.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new ServerStartException("Cannot open the file that port locks lie in: " + e, e);
            }
        }
    }
}
