package io.slotferry.sandbox.race;

import io.slotferry.servers.LocalNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * A process with a client on each node that writes at a steady rate, whether or not the write before was answered in time: each
 * answer is measured from when its write was due, so that a stall counts for all that it held up; but for one that was sent
 * late by this process alone.
 */
public final class OpenLoop implements AutoCloseable {
    private static final long LONGEST_MICROS = 600_000_000;
    private static final int DIGITS = 3;

    /** A stall is to be measured, not to end the clients. */
    private static final int PATIENCE_MILLIS = 600_000;

    private static final String NEXT = "next";
    private static final int LAST_WORDS_SECONDS = 10;

    private final Process process;
    private final BufferedReader said;
    private final Path log;

    private OpenLoop(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * What the clients felt, in milliseconds.
     *
     * @param worst the longest that any write had to wait
     */
    public record Felt(double mean, double p99, double p999, double worst) {
        /** From a histogram of microseconds. */
        static Felt of(AbstractHistogram micros) {
            return new Felt(
                    micros.getMean() / 1e3,
                    micros.getValueAtPercentile(99) / 1e3,
                    micros.getValueAtPercentile(99.9) / 1e3,
                    micros.getMaxValue() / 1e3);
        }
    }

    /**
     * What clients do.
     *
     * @param rate calls a second, over all nodes
     * @param connections to each node
     */
    public record Load(int rate, int connections, ClientCall call) {
        /** One connection to each node, which writes. */
        static Load writes(int rate) {
            return new Load(rate, 1, ClientCall.WRITE);
        }
    }

    /**
     * Starts writing: to each source a key of its last slot but a few, which stays; the target is PINGed, since it owns none at
     * first.
     *
     * @param rate writes a second, over all nodes
     */
    public static OpenLoop start(Twin twin, int rate) {
        return start(twin, Load.writes(rate));
    }

    /** The same with other clients. */
    public static OpenLoop start(Twin twin, Load load) {
        return start(
                Stream.concat(writesTo(twin.sources()), Stream.of(twin.target().port() + "/"))
                        .toList(),
                load,
                twin.folder());
    }

    /**
     * Starts writing to the sources alone.
     *
     * @param rate writes a second, over all of them
     */
    public static OpenLoop onSources(Twin twin, int rate) {
        return start(writesTo(twin.sources()).toList(), Load.writes(rate), twin.folder());
    }

    private static Stream<String> writesTo(List<LocalNode> sources) {
        return IntStream.range(0, sources.size())
                .mapToObj(i -> sources.get(i).port() + "/" + keyThatStays(i, sources.size()));
    }

    /** A key of the last slot but a few of one of so many sources, from 0 on. */
    public static String keyThatStays(int source, int sources) {
        return keyIn(16_384 * (source + 1) / sources - 10);
    }

    private static OpenLoop start(List<String> places, Load load, Path folder) {
        List<String> clients = Collections.nCopies(load.connections(), places).stream()
                .flatMap(List::stream)
                .toList();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                OpenLoop.class.getName(),
                String.valueOf(1_000_000_000L * clients.size() / load.rate()),
                load.call().name()));
        command.addAll(clients);
        try {
            Path log = folder.resolve("clients.log");
            OpenLoop loop = new OpenLoop(
                    new ProcessBuilder(command).redirectError(log.toFile()).start(), log);
            loop.answer();
            return loop;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String keyIn(int slot) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "stays:" + i)
                .filter(key -> JedisClusterCRC16.getSlot(key) == slot)
                .findFirst()
                .orElseThrow();
    }

    /** What was felt since this was asked last, or since the start. */
    public Felt felt() {
        return Felt.of(answers());
    }

    /** The same as a histogram of microseconds, to be added to others. A write counts when it is answered. */
    Histogram answers() {
        try {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            return decoded(answer());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    private String answer() throws IOException {
        String line = said.readLine();
        if (line == null) {
            throw new IllegalStateException("The clients ended:\n" + Twin.tail(log));
        }
        return line;
    }

    /** Comes back once nothing is left of what they wrote. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            process.waitFor(LAST_WORDS_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            // It has ended.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Arguments: nanoseconds between two calls of a client, the call, then {@code port/key} of each; an empty key PINGs. */
    public static void main(String[] arguments) throws Exception {
        // Answers alone stand there: a log that goes to standard output goes to standard error.
        PrintStream answers = System.out;
        System.setOut(System.err);
        long between = Long.parseLong(arguments[0]);
        ClientCall call = ClientCall.valueOf(arguments[1]);
        List<String> places = List.of(arguments).subList(2, arguments.length);
        atEach(places, call::prepare);
        Recorder felt = new Recorder(LONGEST_MICROS, DIGITS);
        // Daemons, so that the process ends where this thread fails.
        ExecutorService pool = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "client");
            thread.setDaemon(true);
            return thread;
        });
        List<Future<?>> clients = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < places.size(); i++) {
            String[] parts = places.get(i).split("/", 2);
            // One after the other, so that they don't wait for each other each time.
            long first = began + between * i / places.size();
            clients.add(pool.submit(() -> ask(Integer.parseInt(parts[0]), parts[1], call, first, between, felt)));
        }
        // It warms up.
        Thread.sleep(1_000);
        felt.getIntervalHistogram();
        answers.println(NEXT);
        while (System.in.read() >= 0) {
            for (Future<?> client : clients) {
                if (client.isDone()) {
                    client.get();
                }
            }
            answers.println(encoded(felt.getIntervalHistogram()));
        }
        pool.shutdownNow();
        atEach(places, call::cleanUp);
        System.exit(0);
    }

    private static void atEach(List<String> places, BiConsumer<Jedis, String> what) {
        places.stream().distinct().map(place -> place.split("/", 2)).forEach(parts -> {
            if (!parts[1].isEmpty()) {
                try (Jedis jedis = new Jedis("127.0.0.1", Integer.parseInt(parts[0]), PATIENCE_MILLIS)) {
                    what.accept(jedis, parts[1]);
                }
            }
        });
    }

    static Histogram empty() {
        return new Histogram(LONGEST_MICROS, DIGITS);
    }

    private static String encoded(Histogram histogram) {
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }

    private static Histogram decoded(String line) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(line)), LONGEST_MICROS);
        } catch (DataFormatException e) {
            throw new IllegalStateException("the clients said what is no histogram: " + line, e);
        }
    }

    private static void ask(int port, String key, ClientCall call, long first, long between, Recorder felt) {
        ByteBuffer command = key.isEmpty() ? BareConnection.command(List.of("PING")) : call.command(key);
        try (BareConnection connection = BareConnection.to("127.0.0.1", port)) {
            for (long due = first; !Thread.currentThread().isInterrupted(); due += between) {
                long from = whenDue(due);
                connection.ask(command);
                long micros = Math.max(0, System.nanoTime() - from) / 1_000;
                felt.recordValue(Math.min(micros, LONGEST_MICROS));
            }
        }
    }

    /** Since when a write counts: that this process woke up late for one is no node's doing; that the last one took long is. */
    private static long whenDue(long due) {
        long early = due - System.nanoTime();
        if (early <= 0) {
            return due;
        }
        while (System.nanoTime() < due && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(due - System.nanoTime());
        }
        return System.nanoTime();
    }
}
