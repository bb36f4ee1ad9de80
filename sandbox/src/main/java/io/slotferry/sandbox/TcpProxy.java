package io.slotferry.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A wire that can be cut: passes TCP connections on to another address, and while it is cut passes nothing, as a network
 * partition does. Connections stay open meanwhile, nothing answers, and what was sent arrives once it is mended.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;
    private static final int CONNECT_MILLIS = 5_000;

    private final ServerSocket door;
    private final InetSocketAddress target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private boolean cut;

    private TcpProxy(ServerSocket door, InetSocketAddress target) {
        this.door = door;
        this.target = target;
    }

    /** Begins to listen on a free port of this machine. */
    public static TcpProxy to(String address) {
        int colon = address.lastIndexOf(':');
        InetSocketAddress target =
                new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        try {
            TcpProxy proxy = new TcpProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
            start("accept", proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code host:port} to connect to. */
    public String address() {
        return door.getInetAddress().getHostAddress() + ":" + door.getLocalPort();
    }

    /** Nothing passes from now on. */
    public synchronized void cut() {
        cut = true;
    }

    /** Everything passes again. */
    public synchronized void mend() {
        cut = false;
        notifyAll();
    }

    private synchronized void awaitWhole() {
        try {
            while (cut) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket near = door.accept();
                open.add(near);
                start("connect", () -> connect(near));
            } catch (IOException e) {
                // Closed.
            }
        }
    }

    private void connect(Socket near) {
        awaitWhole();
        Socket far = new Socket();
        open.add(far);
        try {
            far.connect(target, CONNECT_MILLIS);
            far.setTcpNoDelay(true);
            near.setTcpNoDelay(true);
            start("back", () -> pass(far, near));
            pass(near, far);
        } catch (IOException e) {
            end(near, far);
        }
    }

    private void pass(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitWhole();
                out.write(buffer, 0, read);
                out.flush();
            }
            awaitWhole();
        } catch (IOException e) {
            // One end is gone; so is the other.
        } finally {
            end(from, to);
        }
    }

    private void end(Socket... sockets) {
        for (Socket socket : sockets) {
            open.remove(socket);
            try {
                socket.close();
            } catch (IOException e) {
                // It is gone either way.
            }
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, "tcp-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        mend();
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        end(open.toArray(Socket[]::new));
    }
}
