package io.slotferry.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import redis.clients.jedis.Jedis;

/**
 * A process with a client on each node that writes a thousand times a second, whether or not the write before was answered
 * in time: each answer is measured from when its write was due, so that a stall counts for all that it held up.
 */
final class OpenLoop implements AutoCloseable {
    private static final long NANOS_BETWEEN = 1_000_000;

    private final Process process;
    private final BufferedReader said;

    private OpenLoop(Process process) {
        this.process = process;
        this.said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * What the clients felt, in milliseconds.
     *
     * @param worst the longest that any write had to wait
     */
    record Felt(double mean, double p99, double worst) {}

    /**
     * Starts writing.
     *
     * @param writes {@code port/key} of each node; an empty key PINGs
     */
    static OpenLoop start(List<String> writes) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                OpenLoop.class.getName()));
        command.addAll(writes);
        try {
            OpenLoop loop = new OpenLoop(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
            if (!"ready".equals(loop.said.readLine())) {
                throw new IllegalStateException("the clients did not start");
            }
            return loop;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it. */
    Felt end() {
        try {
            process.getOutputStream().close();
            String line = said.readLine();
            if (line == null) {
                throw new IllegalStateException("the clients ended without a word");
            }
            String[] figures = line.split(" ", -1);
            return new Felt(
                    Double.parseDouble(figures[0]), Double.parseDouble(figures[1]), Double.parseDouble(figures[2]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }

    public static void main(String[] writes) throws Exception {
        boolean[] going = {true};
        ExecutorService pool = Executors.newFixedThreadPool(writes.length);
        List<Future<long[]>> clients = new ArrayList<>();
        for (String write : writes) {
            String[] parts = write.split("/", 2);
            clients.add(pool.submit(() -> write(Integer.parseInt(parts[0]), parts[1], going)));
        }
        Thread.sleep(1_000);
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // Goes on until its input is closed.
        }
        synchronized (going) {
            going[0] = false;
        }
        List<long[]> all = new ArrayList<>();
        for (Future<long[]> client : clients) {
            all.add(client.get());
        }
        pool.shutdown();
        long[] nanos = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.println(Arrays.stream(nanos).average().orElse(0) / 1e6 + " "
                + nanos[(int) (nanos.length * 0.99)] / 1e6 + " " + nanos[nanos.length - 1] / 1e6);
    }

    private static long[] write(int port, String key, boolean[] going) throws InterruptedException {
        try (Jedis jedis = new Jedis("127.0.0.1", port)) {
            // The first second warms it up.
            for (int i = 0; i < 500; i++) {
                write(jedis, key);
                Thread.sleep(1);
            }
            long[] waited = new long[1 << 16];
            int count = 0;
            long due = System.nanoTime();
            while (isGoing(going)) {
                long early = due - System.nanoTime();
                if (early > 0) {
                    Thread.sleep(early / 1_000_000, (int) (early % 1_000_000));
                }
                write(jedis, key);
                if (count == waited.length) {
                    waited = Arrays.copyOf(waited, 2 * count);
                }
                waited[count++] = Math.max(0, System.nanoTime() - due);
                due += NANOS_BETWEEN;
            }
            return Arrays.copyOf(waited, count);
        }
    }

    private static void write(Jedis jedis, String key) {
        if (key.isEmpty()) {
            jedis.ping();
        } else {
            // Waits for a pause of writes as any other write, and leaves nothing behind.
            jedis.del(key);
        }
    }

    private static boolean isGoing(boolean[] going) {
        synchronized (going) {
            return going[0];
        }
    }
}
