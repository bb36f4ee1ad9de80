package io.slotferry.activities.backup;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between a worker and a node, and does something to what the node answers once so many bytes of it have passed. */
final class MeddlingProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final String host;
    private final int port;
    private final long after;
    private final Deed deed;
    private final CopyOnWriteArrayList<Socket> sockets = new CopyOnWriteArrayList<>();

    /** What is done at that byte. */
    enum Deed {
        CUT,
        FLIP,
        PASS
    }

    MeddlingProxy(String host, int port, long after, Deed deed) {
        this.host = host;
        this.port = port;
        this.after = after;
        this.deed = deed;
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // An end of it is gone.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            Socket node = new Socket(host, port);
            sockets.add(client);
            sockets.add(node);
            start(() -> {
                try (client;
                        node) {
                    client.getInputStream().transferTo(node.getOutputStream());
                }
            });
            start(() -> {
                try (client;
                        node) {
                    answers(node.getInputStream(), client.getOutputStream());
                }
            });
        }
    }

    private void answers(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[8192];
        long passed = 0;
        for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
            if (deed == Deed.CUT && passed + count > after) {
                to.write(buffer, 0, (int) (after - passed));
                return;
            }
            if (deed == Deed.FLIP && passed <= after && passed + count > after) {
                buffer[(int) (after - passed)] ^= 1;
            }
            to.write(buffer, 0, count);
            passed += count;
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
