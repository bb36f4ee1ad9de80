package io.slotferry.sandbox.demo;

import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** What the demo's user may choose. */
final class DemoOptions {
    @Option(
            names = "--keys",
            paramLabel = "N",
            description = "keys to fill the cluster with; default: ${DEFAULT-VALUE}")
    private long keys = 1_000_000;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            description = "add N pairs of servers, each with a master and a replica, instead of one of both")
    private int pairs;

    @Option(
            names = "--server",
            paramLabel = "PATH",
            description =
                    "redis-server or valkey-server, or a folder that has it in bin/; default: SLOTFERRY_SERVER, the "
                            + "PATH, else the Redis 6.2 that comes with slotferry")
    private Path server;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "calls per second of the clients; default: ${DEFAULT-VALUE}")
    private int rate = 1_000;

    @Option(
            names = "--pause",
            paramLabel = "DURATION",
            description = "between two batches; default: ${DEFAULT-VALUE}, where the runbook has PT10S")
    private Duration pause = Duration.ofSeconds(1);

    @Option(names = "--crash", description = "kill the worker in the middle of a batch, and start another")
    private boolean crash;

    @Option(names = "--keep", description = "leave everything running, and say how to stop it")
    private boolean keep;

    @Option(
            names = "--json",
            description = "one JSON object a line on standard output; text for people goes to standard error")
    private boolean json;

    @Option(
            names = "--random-seed",
            paramLabel = "N",
            description = "chooses the clients' calls; default: ${DEFAULT-VALUE}")
    private long seed = 1;

    /** What is wrong with them, for a person; null where nothing is. */
    String problem() {
        if (keys < 0 || keys > 100_000_000) {
            return "--keys " + keys + " is not between 0 and 100,000,000";
        }
        if (pairs < 0 || pairs > 20) {
            return "--pairs " + pairs + " is not between 1 and 20";
        }
        if (rate < 1 || rate > 100_000) {
            return "--rate " + rate + " is not between 1 and 100,000";
        }
        return null;
    }

    long keys() {
        return keys;
    }

    /** New masters, and as many new replicas. */
    int newMasters() {
        return pairs == 0 ? 1 : 2 * pairs;
    }

    /** The number of the new server that the master, or the replica, with this index is on, from 0. */
    int serverOfMaster(int index) {
        return index;
    }

    /** With pairs, the two servers of a pair have a master and a replica each. */
    int serverOfReplica(int index) {
        return pairs == 0 ? index + 1 : index;
    }

    Path server() {
        return server;
    }

    int rate() {
        return rate;
    }

    Duration pause() {
        return pause;
    }

    boolean crash() {
        return crash;
    }

    boolean keep() {
        return keep;
    }

    boolean json() {
        return json;
    }

    long seed() {
        return seed;
    }
}
