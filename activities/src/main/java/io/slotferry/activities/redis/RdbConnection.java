package io.slotferry.activities.redis;

import io.slotferry.activities.credentials.Credential;
import io.slotferry.planning.NodeAddress;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Asks a node for its data as a replica would, with SYNC, and wants nothing but the file: as {@code redis-cli --rdb} does.
 * Both kinds of reply are understood, {@code $<length>} and, of a node that writes no file of its own,
 * {@code $EOF:<40 bytes>}, where the file ends before the same 40 bytes come again.
 */
final class RdbConnection implements RdbStream {
    /** A node sends a newline each second while it prepares, and then data; {@code repl-timeout} is as long. */
    private static final Duration SILENCE = Duration.ofSeconds(60);

    /** How long a piece is gathered at most: whoever reads asks between two pieces whether to go on. */
    private static final Duration GATHERING = Duration.ofSeconds(1);

    private static final int CONNECT_MILLIS = 3_000;
    private static final int MARK = LEAST_ROOM;
    private static final int LONGEST_LINE = 64 * 1024;

    private final NodeAddress address;
    private final String credentialHint;
    private final SocketChannel channel;
    private final Selector selector;

    /** What came with the lines before the file. */
    private final ByteBuffer early = ByteBuffer.allocate(8 * 1024).flip();

    private final Payload payload;

    /**
     * Connects, logs in, and waits until the node begins to send.
     *
     * @param waiting called for each sign of life until then; may end the waiting by an exception
     * @throws NodeFailure where there is no connection, the credential is refused, or the node will not send
     */
    static RdbConnection open(
            NodeAddress address, Optional<Credential> credential, String credentialHint, Runnable waiting) {
        return new RdbConnection(address, credential, credentialHint, waiting);
    }

    private RdbConnection(
            NodeAddress address, Optional<Credential> credential, String credentialHint, Runnable waiting) {
        this.address = address;
        this.credentialHint = credentialHint;
        boolean open = false;
        try {
            channel = SocketChannel.open();
            selector = Selector.open();
        } catch (IOException e) {
            throw new NodeFailure.Unreachable(address, "connecting for its data", e);
        }
        try {
            connect();
            credential.ifPresent(this::authenticate);
            // Older nodes do not know all of these, and send the file in any case.
            exchange("REPLCONF", "capa", "eof");
            exchange("REPLCONF", "rdb-only", "1");
            send("SYNC");
            payload = payload(begun(waiting));
            open = true;
        } finally {
            if (!open) {
                close();
            }
        }
    }

    /** The size of the receive buffer is left to the system, which lets it grow as far as is worth it. */
    private void connect() {
        try {
            InetSocketAddress place = new InetSocketAddress(address.host(), address.port());
            if (place.isUnresolved()) {
                throw new UnknownHostException(address.host());
            }
            channel.socket().connect(place, CONNECT_MILLIS);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
        } catch (IOException e) {
            throw new NodeFailure.Unreachable(address, "connecting for its data", e);
        }
    }

    private void authenticate(Credential secret) {
        List<String> words = new ArrayList<>(List.of("AUTH"));
        secret.username().ifPresent(words::add);
        words.add(secret.password());
        String reply = exchange(words.toArray(String[]::new));
        if (reply.startsWith("-")) {
            throw new NodeFailure.CredentialRefused(address, reply.substring(1), credentialHint);
        }
    }

    private String exchange(String... words) {
        send(words);
        try {
            return line();
        } catch (IOException e) {
            throw broken(words[0], e);
        }
    }

    private void send(String... words) {
        StringBuilder text = new StringBuilder("*").append(words.length).append("\r\n");
        for (String word : words) {
            text.append('$')
                    .append(word.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n");
            text.append(word).append("\r\n");
        }
        ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw broken(words[0], e);
        }
    }

    /** Without its end. */
    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        for (byte next = next(); next != '\n'; next = next()) {
            if (text.length() > LONGEST_LINE) {
                throw new EOFException("a line without end");
            }
            if (next != '\r') {
                text.append((char) (next & 0xff));
            }
        }
        return text.toString();
    }

    private byte next() throws IOException {
        if (!early.hasRemaining()) {
            early.clear();
            int count = receive(early);
            early.flip();
            if (count < 0) {
                throw new EOFException("it closed the connection");
            }
        }
        return early.get();
    }

    /** Some bytes of the file; -1 where the node closed the connection. */
    private int take(ByteBuffer buffer) throws IOException {
        if (!early.hasRemaining()) {
            return receive(buffer);
        }
        int count = Math.min(early.remaining(), buffer.remaining());
        buffer.put(early.slice(early.position(), count));
        early.position(early.position() + count);
        return count;
    }

    private int receive(ByteBuffer buffer) throws IOException {
        try {
            int count = channel.read(buffer);
            while (count == 0) {
                boolean silent = selector.select(SILENCE.toMillis()) == 0;
                selector.selectedKeys().clear();
                count = channel.read(buffer);
                if (silent && count == 0) {
                    throw new SocketTimeoutException("nothing came for " + SILENCE.toSeconds() + " s");
                }
            }
            return count;
        } catch (ClosedSelectorException e) {
            throw new AsynchronousCloseException();
        }
    }

    /** The first line that is not empty: empty ones say that the node is still preparing. */
    private String begun(Runnable waiting) {
        try {
            String line = line();
            while (line.isEmpty()) {
                waiting.run();
                line = line();
            }
            return line;
        } catch (IOException e) {
            throw broken("SYNC", e);
        }
    }

    private Payload payload(String header) {
        if (header.startsWith("-NOAUTH")) {
            throw new NodeFailure.CredentialRefused(address, header.substring(1), credentialHint);
        }
        if (header.startsWith("-")) {
            throw new NodeFailure.Refused(address, "SYNC", header.substring(1));
        }
        if (header.startsWith("$EOF:") && header.length() == "$EOF:".length() + MARK) {
            return new Marked(header.substring("$EOF:".length()).getBytes(StandardCharsets.ISO_8859_1));
        }
        if (header.matches("\\$[0-9]{1,18}")) {
            return new Counted(Long.parseLong(header.substring(1)));
        }
        throw new NodeFailure.Refused(address, "SYNC", header);
    }

    @Override
    public OptionalLong announced() {
        return payload.announced();
    }

    @Override
    public int read(ByteBuffer buffer) {
        int before = buffer.position();
        long began = System.nanoTime();
        try {
            while (!payload.ended()
                    && (buffer.position() == before
                            || (buffer.remaining() > LEAST_ROOM && System.nanoTime() - began < GATHERING.toNanos()))) {
                payload.read(buffer);
            }
        } catch (IOException e) {
            throw broken("its RDB", e);
        }
        return buffer.position() > before ? buffer.position() - before : -1;
    }

    private NodeFailure broken(String what, IOException cause) {
        return new NodeFailure.Unreachable(address, what, cause);
    }

    /** Ends the transfer; safe from any thread. */
    @Override
    public void close() {
        try {
            channel.close();
            selector.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    /** How the file's end is known. */
    private interface Payload {
        OptionalLong announced();

        boolean ended();

        /** Takes what is there, or waits for more. */
        void read(ByteBuffer buffer) throws IOException;
    }

    /** By its length. */
    private final class Counted implements Payload {
        private final long length;
        private long left;

        Counted(long length) {
            this.length = length;
            this.left = length;
        }

        @Override
        public OptionalLong announced() {
            return OptionalLong.of(length);
        }

        @Override
        public boolean ended() {
            return left == 0;
        }

        @Override
        public void read(ByteBuffer buffer) throws IOException {
            int limit = buffer.limit();
            buffer.limit((int) Math.min(limit, buffer.position() + left));
            int count = take(buffer);
            buffer.limit(limit);
            if (count < 0) {
                throw new EOFException("the stream ended " + left + " bytes before the file's end, of " + length);
            }
            left -= count;
        }
    }

    /** By a mark behind it: the last 40 bytes received are never handed on before it is clear that they are not it. */
    private final class Marked implements Payload {
        private final ByteBuffer mark;
        private final ByteBuffer held = ByteBuffer.allocate(MARK).flip();
        private boolean ended;

        Marked(byte[] mark) {
            this.mark = ByteBuffer.wrap(mark);
        }

        @Override
        public OptionalLong announced() {
            return OptionalLong.empty();
        }

        @Override
        public boolean ended() {
            return ended;
        }

        @Override
        public void read(ByteBuffer buffer) throws IOException {
            int begin = buffer.position();
            buffer.put(held);
            int count = take(buffer);
            if (count < 0) {
                throw new EOFException("the stream ended before the file's end");
            }
            int from = Math.max(begin, buffer.position() - MARK);
            held.clear().put(buffer.slice(from, buffer.position() - from)).flip();
            buffer.position(from);
            ended = held.equals(mark);
        }
    }
}
