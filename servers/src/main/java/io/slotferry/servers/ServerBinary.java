package io.slotferry.servers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A redis-server or valkey-server that runs on this machine.
 *
 * @param path the executable
 * @param engine what it says it is
 * @param version its version as it reports it, such as {@code 7.0.15}
 */
public record ServerBinary(Path path, Engine engine, String version) {
    /** Names the server to use, as environment variable; the system property is {@code slotferry.server}. */
    public static final String SERVER_VARIABLE = "SLOTFERRY_SERVER";

    /** Names the folder of side-by-side servers ({@code NAME/bin/redis-server}), as environment variable. */
    public static final String SERVERS_FOLDER_VARIABLE = "SLOTFERRY_SERVERS_DIR";

    // "Redis server v=7.0.15 sha=..." and "Valkey server v=9.1.2 sha=...".
    private static final Pattern VERSION = Pattern.compile("(Redis|Valkey) server v=(\\d+\\.\\d+\\.\\d+\\S*)");

    /**
     * The server to use where none was asked for: {@code SLOTFERRY_SERVER} (or {@code -Dslotferry.server}), else
     * redis-server, else valkey-server on the PATH, else the Redis 6.2 that embedded-redis carries.
     *
     * @throws ServerStartException where none runs on this machine
     */
    public static ServerBinary find() {
        String configured = System.getProperty("slotferry.server", System.getenv(SERVER_VARIABLE));
        if (configured != null && !configured.isBlank()) {
            return at(Path.of(configured));
        }
        return onPath().findFirst().orElseGet(ServerBinary::embedded);
    }

    /**
     * The server at a path: the executable, or a folder that holds it itself or in {@code bin/}.
     *
     * @throws ServerStartException where there is none, or it does not run
     */
    public static ServerBinary at(Path place) {
        if (Files.isRegularFile(place)) {
            return ask(place.toAbsolutePath());
        }
        return Stream.of(place.resolve("bin"), place)
                .flatMap(ServerBinary::in)
                .findFirst()
                .map(ServerBinary::ask)
                .orElseThrow(() -> new ServerStartException("No redis-server or valkey-server at " + place
                        + ". Name the executable, or a folder that has it in bin/."));
    }

    /** The Redis 6.2 that the embedded-redis library carries. */
    public static ServerBinary embedded() {
        return ask(EmbeddedRedis.extract());
    }

    /**
     * Every server that tests should run on: the embedded Redis 6.2, each one in the folder of side-by-side servers
     * ({@code SLOTFERRY_SERVERS_DIR}, else {@code ~/.cache/redis-servers}; {@code servers/fetch} fills it), and those on
     * the PATH; what is not there is left out. One of each engine and version, in that order.
     */
    public static List<ServerBinary> all() {
        Map<String, ServerBinary> found = new LinkedHashMap<>();
        Stream.of(embeddedIfItRuns(), sideBySide(), onPath())
                .flatMap(servers -> servers)
                .forEach(server -> found.putIfAbsent(server.toString(), server));
        return List.copyOf(found.values());
    }

    /** Those of {@link #all()} that one of the names means: {@code redis-8.6} is every Redis 8.6.x. */
    public static Stream<ServerBinary> matching(String... names) {
        return all().stream().filter(server -> Stream.of(names).anyMatch(server::isNamed));
    }

    /** Whether a name such as {@code redis-7.0} or {@code valkey-9.1.2} means this server. */
    public boolean isNamed(String name) {
        String own = engine.word() + "-" + version;
        return own.equals(name) || own.startsWith(name + ".");
    }

    /**
     * Whether the version is at least this one. Both engines share the numbers up to 7.2; from then on a number says
     * something about one engine only.
     */
    public boolean isAtLeast(int major, int minor) {
        String[] parts = version.split("\\.", 3);
        int ownMajor = Integer.parseInt(parts[0]);
        return ownMajor > major || (ownMajor == major && Integer.parseInt(parts[1]) >= minor);
    }

    /** The redis-cli or valkey-cli that lies beside the server, where there is one. */
    public Optional<Path> cli() {
        Path beside = path.resolveSibling(engine.word() + "-cli");
        return Optional.of(beside).filter(Files::isExecutable);
    }

    /** Such as {@code redis 7.0.15}. */
    @Override
    public String toString() {
        return engine.word() + " " + version;
    }

    private static Stream<ServerBinary> embeddedIfItRuns() {
        try {
            return Stream.of(embedded());
        } catch (ServerStartException e) {
            // WantedServer says so where a test needs it.
            return Stream.empty();
        }
    }

    private static Stream<ServerBinary> sideBySide() {
        String configured = System.getenv(SERVERS_FOLDER_VARIABLE);
        Path folder = configured == null ? CacheFolder.ofUser().resolve("redis-servers") : Path.of(configured);
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            List<ServerBinary> servers = new ArrayList<>();
            // Hidden ones are being installed.
            entries.filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .sorted()
                    .flatMap(entry -> in(entry.resolve("bin")).limit(1))
                    .forEach(path -> servers.add(ask(path)));
            return servers.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<ServerBinary> onPath() {
        String path = System.getenv("PATH");
        return Stream.of(path == null ? new String[0] : path.split(File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .flatMap(folder -> in(Path.of(folder)))
                .map(ServerBinary::ask);
    }

    private static Stream<Path> in(Path folder) {
        return Stream.of(Engine.values())
                .map(engine -> folder.resolve(engine.word() + "-server").toAbsolutePath())
                .filter(Files::isExecutable);
    }

    /** Distributions link redis-server to Valkey: what it prints counts, not what it is called. */
    private static ServerBinary ask(Path path) {
        String said;
        try {
            Process process = new ProcessBuilder(path.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new ServerStartException(path + " cannot be executed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerStartException("Interrupted while asking " + path + " for its version", e);
        }
        Matcher version = VERSION.matcher(said);
        if (!version.find()) {
            throw new ServerStartException(path
                    + " --version did not print the version of a Redis or Valkey server, but: " + said
                    + "\nName a server that runs on this machine in " + SERVER_VARIABLE + ", or put one on the PATH.");
        }
        Engine engine = version.group(1).equals("Redis") ? Engine.REDIS : Engine.VALKEY;
        return new ServerBinary(path, engine, version.group(2));
    }
}
