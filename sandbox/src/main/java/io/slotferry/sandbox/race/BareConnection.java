package io.slotferry.sandbox.race;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A connection of a client that measures. It reads an answer to its end and keeps nothing of it: without garbage no collection of
 * its own process stands in what it measures, and little of the machine is the client's. For one thread.
 */
public final class BareConnection implements AutoCloseable {
    private static final int BUFFER = 256 << 10;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).limit(0);

    private BareConnection(SocketChannel channel) {
        this.channel = channel;
    }

    /** To a node of this machine. */
    public static BareConnection to(String host, int port) {
        try {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(host, port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return new BareConnection(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A command as it goes over the wire, to be asked again and again. */
    public static ByteBuffer command(List<String> words) {
        StringBuilder text = new StringBuilder("*" + words.size() + "\r\n");
        words.forEach(word -> text.append('$')
                .append(word.getBytes(StandardCharsets.UTF_8).length)
                .append("\r\n")
                .append(word)
                .append("\r\n"));
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    /**
     * Asks, and waits for the end of the answer.
     *
     * @throws IllegalStateException where the answer is an error
     */
    public void ask(ByteBuffer command) {
        try {
            command.rewind();
            while (command.hasRemaining()) {
                channel.write(command);
            }
            readAnswer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readAnswer() throws IOException {
        for (long left = 1; left > 0; left--) {
            byte type = next();
            switch (type) {
                case '+', ':' -> skipLine();
                case '$' -> skip(number());
                case '*' -> left += Math.max(0, number());
                default -> throw new IllegalStateException("answered by " + (char) type + line());
            }
        }
    }

    /** Of a string's bytes, and the end of line behind them; -1 for none. */
    private void skip(long bytes) throws IOException {
        long left = bytes < 0 ? 0 : bytes + 2;
        while (left > 0) {
            if (!in.hasRemaining()) {
                fill();
            }
            int some = (int) Math.min(left, in.remaining());
            in.position(in.position() + some);
            left -= some;
        }
    }

    private long number() throws IOException {
        long number = 0;
        boolean negative = false;
        for (byte next = next(); next != '\r'; next = next()) {
            if (next == '-') {
                negative = true;
            } else {
                number = number * 10 + next - '0';
            }
        }
        next();
        return negative ? -number : number;
    }

    private void skipLine() throws IOException {
        while (next() != '\n') {
            // A byte of the line.
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (byte next = next(); next != '\r'; next = next()) {
            line.append((char) next);
        }
        next();
        return line.toString();
    }

    private byte next() throws IOException {
        if (!in.hasRemaining()) {
            fill();
        }
        return in.get();
    }

    private void fill() throws IOException {
        in.clear();
        int read = channel.read(in);
        in.flip();
        if (read < 0) {
            throw new EOFException("the node closed the connection");
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
