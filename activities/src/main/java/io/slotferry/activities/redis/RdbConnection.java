package io.slotferry.activities.redis;

import io.slotferry.activities.credentials.Credential;
import io.slotferry.planning.NodeAddress;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
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

    private static final int CONNECT_MILLIS = 3_000;
    private static final int MARK = 40;
    private static final int LONGEST_LINE = 64 * 1024;

    private final NodeAddress address;
    private final String credentialHint;
    private final Socket socket = new Socket();
    private final InputStream in;
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
            in = connect();
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

    private InputStream connect() {
        try {
            InetSocketAddress place = new InetSocketAddress(address.host(), address.port());
            if (place.isUnresolved()) {
                throw new UnknownHostException(address.host());
            }
            socket.connect(place, CONNECT_MILLIS);
            socket.setSoTimeout(Math.toIntExact(SILENCE.toMillis()));
            return socket.getInputStream();
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
        try {
            socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw broken(words[0], e);
        }
    }

    /** Without its end; byte by byte, so that nothing of what follows is taken. */
    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || text.length() > LONGEST_LINE) {
                throw new EOFException(next < 0 ? "it closed the connection" : "a line without end");
            }
            if (next != '\r') {
                text.append((char) next);
            }
        }
        return text.toString();
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
    public int read(byte[] buffer) {
        try {
            return payload.read(buffer);
        } catch (IOException e) {
            throw broken("its RDB", e);
        }
    }

    private NodeFailure broken(String what, IOException cause) {
        return new NodeFailure.Unreachable(address, what, cause);
    }

    /** Ends the transfer; safe from any thread. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    /** How the file's end is known. */
    private interface Payload {
        OptionalLong announced();

        int read(byte[] buffer) throws IOException;
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
        public int read(byte[] buffer) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (count < 0) {
                throw new EOFException("the stream ended " + left + " bytes before the file's end, of " + length);
            }
            left -= count;
            return count;
        }
    }

    /** By a mark behind it: the last 40 bytes received are never handed on before it is clear that they are not it. */
    private final class Marked implements Payload {
        private final byte[] mark;
        private final byte[] held = new byte[256 * 1024 + MARK];
        private int from;
        private int to;
        private boolean ended;

        Marked(byte[] mark) {
            this.mark = mark;
        }

        @Override
        public OptionalLong announced() {
            return OptionalLong.empty();
        }

        @Override
        public int read(byte[] buffer) throws IOException {
            while (to - from <= MARK) {
                if (ended) {
                    return -1;
                }
                fill();
            }
            int count = Math.min(buffer.length, to - from - MARK);
            System.arraycopy(held, from, buffer, 0, count);
            from += count;
            return count;
        }

        private void fill() throws IOException {
            System.arraycopy(held, from, held, 0, to - from);
            to -= from;
            from = 0;
            int count = in.read(held, to, held.length - to);
            if (count < 0) {
                throw new EOFException("the stream ended before the file's end");
            }
            to += count;
            ended = to >= MARK && java.util.Arrays.equals(held, to - MARK, to, mark, 0, MARK);
        }
    }
}
