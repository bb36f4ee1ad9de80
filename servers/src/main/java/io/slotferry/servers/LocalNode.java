package io.slotferry.servers;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.args.SaveMode;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/** One server process of a {@link LocalCluster}: a node, a spare, or a server that is not in cluster mode. */
public final class LocalNode {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(3);

    private final String name;
    private final NodeSettings settings;
    private final HostAndPort address;
    private final boolean clusterMode;
    private final Path folder;
    private volatile GuardedProcess process;
    private volatile String nodeId;

    LocalNode(String name, NodeSettings settings, HostAndPort address, boolean clusterMode, Path folder) {
        this.name = name;
        this.settings = settings;
        this.address = address;
        this.clusterMode = clusterMode;
        this.folder = folder.resolve(name);
    }

    /** What it was started as, such as {@code master-1}; it names its folder too. */
    public String name() {
        return name;
    }

    public String host() {
        return address.getHost();
    }

    public int port() {
        return address.getPort();
    }

    /** {@code host:port}. */
    public String address() {
        return address.toString();
    }

    public HostAndPort hostAndPort() {
        return address;
    }

    public ServerBinary binary() {
        return settings.binary();
    }

    /** Its working folder: configuration, log, nodes.conf, RDB and AOF files. */
    public Path folder() {
        return folder;
    }

    /** The file that its log is written to. */
    public Path log() {
        return folder.resolve("log");
    }

    /**
     * Its node ID (CLUSTER MYID), asked once and remembered, so that it can be had from a node that died; after CLUSTER
     * RESET HARD ask the node itself.
     */
    public String nodeId() {
        if (nodeId == null) {
            try (Jedis jedis = jedis()) {
                nodeId = jedis.clusterMyId();
            }
        }
        return nodeId;
    }

    /** Its own line of CLUSTER NODES, now. */
    public String ownLine() {
        try (Jedis jedis = jedis()) {
            return jedis.clusterNodes()
                    .lines()
                    .filter(line -> line.split(" ", -1)[2].contains("myself"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** The slots that it says it owns, as {@code 0-99,200}; empty where there are none. What it has open is none of them. */
    public String ownedSlots() {
        return Stream.of(ownLine().split(" "))
                .skip(8)
                .filter(range -> !range.startsWith("["))
                .collect(Collectors.joining(","));
    }

    /** A new connection, logged in as the cluster's builder says. The caller closes it. */
    public Jedis jedis() {
        return new Jedis(address, clientConfig());
    }

    /** Short, since a stranger on that port may accept connections and never answer. */
    private Jedis impatientJedis() {
        return new Jedis(
                address,
                DefaultJedisClientConfig.builder()
                        .from(clientConfig())
                        .timeoutMillis(1_000)
                        .build());
    }

    /** How {@link #jedis()} connects: 2 s to connect, 10 s for an answer, the login of the cluster's builder. */
    public JedisClientConfig clientConfig() {
        NodeSettings.Login login = settings.login();
        return DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(2_000)
                .socketTimeoutMillis(10_000)
                .user(login.user())
                .password(login.password())
                .serverDefaultProtocol()
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .build();
    }

    /** The process ID of the server itself. */
    public long pid() {
        return process.pid();
    }

    /** Whether the process has not ended; a suspended one is alive. */
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Ends it by SIGKILL, as a crash would. */
    public void kill() {
        process.kill();
    }

    /** Ends it by SIGTERM, as an orderly stop would. */
    public void terminate() {
        process.terminate();
    }

    /** Freezes it by SIGSTOP: connections stay open and nothing answers. */
    public void suspend() {
        process.suspend();
    }

    /** Lets it go on after {@link #suspend()}. */
    public void resume() {
        process.resume();
    }

    /** Lets it outlive this JVM. */
    void release() {
        process.release();
    }

    /**
     * Starts it again with what it left on disk: its node ID and view of the cluster (nodes.conf) always, keys only
     * where it persisted them. Returns once it answers.
     *
     * @throws IllegalStateException while it is running
     */
    public void start() {
        launch();
        awaitAnswer();
    }

    /**
     * Stops it and starts it again under the same node ID.
     *
     * @param keepData whether its keys come back (a running one is stopped by SHUTDOWN SAVE); without, it is killed
     *     and comes back empty, as a node without persistence does
     */
    public void restart(boolean keepData) {
        if (isAlive()) {
            if (keepData) {
                shutdownAndSave();
            } else {
                kill();
            }
        }
        if (!keepData) {
            deleteData();
        }
        start();
    }

    @Override
    public String toString() {
        return name + " at " + address;
    }

    /** Starts the process and returns before it answers. */
    void launch() {
        if (isAlive()) {
            throw new IllegalStateException(this + " is running");
        }
        try {
            Files.createDirectories(folder);
            Path config = folder.resolve("server.conf");
            Files.write(config, settings.lines(host(), port(), clusterMode));
            // It may hold passwords.
            Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new ServerStartException("Cannot write the configuration of " + this + ": " + e, e);
        }
        process = GuardedProcess.start(List.of(settings.binary().path().toString(), "server.conf"), folder, log());
    }

    /** Waits until the launched process, and no other on that port, answers and has loaded its data. */
    void awaitAnswer() {
        Poll.until(START_TIMEOUT, this::whyNotAnswering, last -> failure("did not answer: " + last));
    }

    private String whyNotAnswering() {
        if (!isAlive()) {
            if (process.logTail(50).contains("Address already in use")) {
                throw new PortTakenException(this + ": another process took that port meanwhile");
            }
            throw failure("ended with exit code " + process.exitCode());
        }
        try (Jedis jedis = impatientJedis()) {
            jedis.ping();
            String owner = InfoText.field(jedis.info("server"), "process_id");
            return owner.equals(Long.toString(pid())) ? null : "process " + owner + " has that port";
        } catch (JedisAccessControlException e) {
            throw failure("does not let its own user in: " + e.getMessage());
        } catch (JedisException e) {
            // Not listening yet, or loading its data.
            return e.getMessage();
        }
    }

    private ServerStartException failure(String what) {
        return new ServerStartException(settings.binary() + " (" + this + ") " + what + "\nThe end of its log, " + log()
                + ":\n" + process.logTail(15));
    }

    private void shutdownAndSave() {
        try (Jedis jedis = jedis()) {
            jedis.getConnection().setSoTimeout((int) START_TIMEOUT.toMillis());
            jedis.shutdown(SaveMode.SAVE);
        } catch (JedisConnectionException e) {
            // It closes the connection instead of answering. Whether it ended is what counts.
        }
        if (!process.hasEndedWithin(START_TIMEOUT)) {
            throw failure("did not end by SHUTDOWN SAVE");
        }
    }

    private void deleteData() {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    String fileName = file.getFileName().toString();
                    if (fileName.endsWith(".rdb") || fileName.contains(".aof")) {
                        Files.delete(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new IllegalStateException("Cannot delete the data of " + this, e);
        }
    }
}
