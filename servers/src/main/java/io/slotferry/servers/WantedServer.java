package io.slotferry.servers;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A server that a test must run on: where CI lacks it the test fails, on anybody else's machine it is skipped with the
 * reason. With JUnit, {@code @MethodSource("io.slotferry.servers.WantedServer#all")} gives a test each of them as its
 * argument, and the test begins with {@code ServerBinary binary = wanted.orSkip(TestAbortedException::new)}.
 *
 * @param name engine and version, such as {@code redis-7.0}
 */
public record WantedServer(String name) {
    private static final String EMBEDDED = "redis-6.2";
    private static final List<String> NAMES =
            List.of(EMBEDDED, "redis-7.0", "redis-8.0", "redis-8.6", "valkey-8.1", "valkey-9.1");

    /** Every server that slotferry supports. */
    public static Stream<WantedServer> all() {
        return NAMES.stream().map(WantedServer::new);
    }

    /** Some of them, such as {@code redis-8.6}. */
    public static Stream<WantedServer> named(String... names) {
        return Stream.of(names).map(WantedServer::new);
    }

    /**
     * The server, where it is on this machine.
     *
     * @param skip makes the exception that has the test skipped, such as {@code TestAbortedException::new}
     * @throws ServerStartException where it is missing and the environment variable CI is {@code true}
     */
    public ServerBinary orSkip(Function<String, ? extends RuntimeException> skip) {
        return ServerBinary.matching(name).findFirst().orElseThrow(() -> missing(whyMissing(), skip));
    }

    private String whyMissing() {
        if (!name.equals(EMBEDDED)) {
            return name + " is not on this machine; servers/fetch " + name + " installs it.";
        }
        try {
            return name + " is expected in embedded-redis, which now carries " + ServerBinary.embedded() + ".";
        } catch (ServerStartException e) {
            return name + " is carried by embedded-redis, and does not run on this machine: " + e.getMessage();
        }
    }

    /** What to throw where something that a test needs is missing: the one place that knows the rule. */
    public static RuntimeException missing(String reason, Function<String, ? extends RuntimeException> skip) {
        return missing(reason, Boolean.parseBoolean(System.getenv("CI")), skip);
    }

    static RuntimeException missing(String reason, boolean ci, Function<String, ? extends RuntimeException> skip) {
        return ci ? new ServerStartException(reason + " CI must have it.") : skip.apply(reason);
    }

    @Override
    public String toString() {
        return name;
    }
}
