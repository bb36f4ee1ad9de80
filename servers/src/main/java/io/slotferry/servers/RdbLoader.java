package io.slotferry.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** Loads an RDB into a server of its own that nobody else can use, to learn whether it is one, and what is in it. */
public final class RdbLoader {
    private static final String FILE = "dump.rdb";
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final long BETWEEN_LOOKS_MILLIS = 50;

    private RdbLoader() {}

    /**
     * What was in it.
     *
     * @param keys that were loaded, by database, as they were soon after; a database without keys is left out
     * @param loaded keys over all databases; empty where the server does not count them (before 7.0)
     * @param expired keys that had expired, and were not loaded; empty where the server does not count them
     */
    public record Loaded(Map<Integer, Long> keys, Optional<Long> loaded, Optional<Long> expired) {
        public Loaded {
            keys = Map.copyOf(keys);
        }
    }

    /**
     * Loads the file and takes the server away again.
     *
     * @param folder an empty one of the caller's, to work in; the file may lie in it
     * @param waiting called time and again until it is loaded; may end that by an exception
     * @throws ServerStartException with the end of its log where the server does not load the file
     */
    public static Loaded load(ServerBinary binary, Path file, Path folder, Runnable waiting) {
        String password = UUID.randomUUID().toString();
        try (PortLease lease = PortLease.take("127.0.0.1")) {
            prepare(file, folder, lease.port(), password);
            try (GuardedProcess process = GuardedProcess.start(
                    List.of(binary.path().toString(), "server.conf"), folder, folder.resolve("log"))) {
                return answered(binary, process, lease.port(), password, waiting);
            }
        } catch (IOException e) {
            throw new ServerStartException("Cannot prepare " + folder + " for a server: " + e, e);
        }
    }

    private static void prepare(Path file, Path folder, int port, String password) throws IOException {
        Path inPlace = folder.resolve(FILE);
        if (!file.equals(inPlace)) {
            Files.createSymbolicLink(inPlace, file.toAbsolutePath());
        }
        Path config = folder.resolve("server.conf");
        Files.write(
                config,
                List.of(
                        "bind 127.0.0.1",
                        "port " + port,
                        "requirepass " + password,
                        "daemonize no",
                        "save \"\"",
                        "appendonly no",
                        "dbfilename " + FILE,
                        // In cluster mode a server may have had more than the usual 16.
                        "databases 10000"));
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-------"));
    }

    private static Loaded answered(
            ServerBinary binary, GuardedProcess process, int port, String password, Runnable waiting) {
        while (true) {
            waiting.run();
            if (!process.isAlive()) {
                throw new ServerStartException(binary + " did not load it and ended with exit code "
                        + process.exitCode() + "; the end of its log:\n" + process.logTail(8));
            }
            Optional<Loaded> loaded = ask(process, port, password);
            if (loaded.isPresent()) {
                return loaded.get();
            }
            pause();
        }
    }

    private static Optional<Loaded> ask(GuardedProcess process, int port, String password) {
        try (Jedis jedis = new Jedis(
                new HostAndPort("127.0.0.1", port),
                DefaultJedisClientConfig.builder()
                        .timeoutMillis((int) ANSWER.toMillis())
                        .password(password)
                        .serverDefaultProtocol()
                        .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                        .build())) {
            jedis.ping();
            String persistence = jedis.info("persistence");
            if (!InfoText.field(jedis.info("server"), "process_id").equals(Long.toString(process.pid()))) {
                return Optional.empty();
            }
            return Optional.of(new Loaded(
                    keys(jedis.info("keyspace")),
                    count(persistence, "rdb_last_load_keys_loaded"),
                    count(persistence, "rdb_last_load_keys_expired")));
        } catch (JedisException e) {
            // Not listening yet, or loading.
            return Optional.empty();
        }
    }

    private static Optional<Long> count(String info, String field) {
        return Optional.ofNullable(InfoText.field(info, field))
                .filter(text -> text.matches("[0-9]+"))
                .map(Long::valueOf);
    }

    /** Lines {@code db0:keys=12,expires=3,...}. */
    private static Map<Integer, Long> keys(String info) {
        Map<Integer, Long> keys = new TreeMap<>();
        info.lines()
                .map(line -> line.split("[:=,]"))
                .filter(words -> words[0].matches("db[0-9]+"))
                .forEach(words -> keys.put(Integer.valueOf(words[0].substring(2)), Long.valueOf(words[2])));
        return keys;
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerStartException("Interrupted while a server loaded a file", e);
        }
    }
}
