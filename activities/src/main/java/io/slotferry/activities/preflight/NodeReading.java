package io.slotferry.activities.preflight;

import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.Particulars;
import io.slotferry.activities.redis.Particulars.Client;
import io.slotferry.activities.redis.Particulars.SlowCommand;
import io.slotferry.activities.redis.ServerInfo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What preflight reads of one node. What slotferry's user may not read says so, and stops nothing else.
 *
 * @param facts INFO, as it stands
 * @param rights what the user may not do, of all that {@link Right} lists
 */
record NodeReading(
        ServerInfo info,
        Map<String, String> facts,
        Answer<Map<String, String>> config,
        Answer<Map<String, String>> aclUsers,
        Answer<Map<String, String>> modules,
        Answer<Map<String, String>> functions,
        Answer<ClockOffset> clock,
        Answer<ClientsSeen> clients,
        Answer<SlowSeen> slow,
        RightsSeen rights) {

    private static final int A_FEW = 5;

    /** An hour ago is no trouble of today's. */
    private static final Duration RECENT = Duration.ofHours(1);

    /**
     * A node's clock beside the worker's.
     *
     * @param ahead of the worker's clock, at the middle of the round trip
     * @param roundTrip of the question: the answer is exact to half of it
     */
    record ClockOffset(Duration ahead, Duration roundTrip) {
        /** What is left of the difference when the round trip is given the benefit of the doubt. */
        Duration certain() {
            Duration left = ahead.abs().minus(roundTrip.dividedBy(2));
            return left.isNegative() ? Duration.ZERO : left;
        }
    }

    /**
     * The clients that matter here.
     *
     * @param readOnly connections that sent READONLY
     * @param swollen the largest of those whose buffers are over the limit
     */
    record ClientsSeen(int readOnly, List<Client> swollen) {}

    /** Commands of the last hour that took longer than the limit: how many, and the worst. */
    record SlowSeen(int count, Optional<SlowCommand> worst) {}

    /** What is told apart by limits while it is read, so that a thousand nodes' clients are not kept. */
    record Limits(Clock clock, long bufferBytes, Duration slow) {}

    /** Asks for everything, on one connection. */
    static NodeReading of(Node node, Limits limits) {
        ServerInfo info = node.info();
        Particulars read = node.particulars();
        return new NodeReading(
                info,
                read.facts(),
                ask(read::config),
                ask(read::aclUsers),
                ask(read::modules),
                ask(read::functions),
                ask(() -> offset(read, limits.clock())),
                ask(() -> clients(read.clients(), limits.bufferBytes())),
                ask(() -> slow(read, limits)),
                RightsSeen.of(info, read));
    }

    /** The answer, or the node's refusal. */
    static <T> Answer<T> ask(Supplier<T> question) {
        try {
            return new Answer.Done<>(question.get());
        } catch (NodeFailure.Refused e) {
            return new Answer.Refused<>(e.getMessage());
        }
    }

    private static ClockOffset offset(Particulars read, Clock clock) {
        // The first answer on a connection may wait for threads that start; the second is taken.
        read.time();
        // In this order, so that a thread that is put aside meanwhile makes the round trip longer and nothing else.
        long began = System.nanoTime();
        Instant sent = clock.instant();
        Instant there = read.time();
        Duration roundTrip = Duration.ofNanos(System.nanoTime() - began);
        return new ClockOffset(Duration.between(sent.plus(roundTrip.dividedBy(2)), there), roundTrip);
    }

    private static ClientsSeen clients(List<Client> clients, long limit) {
        return new ClientsSeen(
                (int) clients.stream()
                        .filter(client -> client.flags().contains("r"))
                        .count(),
                clients.stream()
                        .filter(client -> client.outputBytes() + client.queryBytes() > limit)
                        .sorted(Comparator.comparing((Client client) -> client.outputBytes() + client.queryBytes())
                                .reversed())
                        .limit(A_FEW)
                        .toList());
    }

    private static SlowSeen slow(Particulars read, Limits limits) {
        Instant since = read.time().minus(RECENT);
        List<SlowCommand> slow = read.slowCommands().stream()
                .filter(command -> command.at().isAfter(since)
                        && command.micros() >= limits.slow().toNanos() / 1_000)
                .toList();
        return new SlowSeen(slow.size(), slow.stream().max(Comparator.comparing(SlowCommand::micros)));
    }

    /** A parameter of CONFIG GET; empty where it was not read, or the node does not know it. */
    Optional<String> parameter(String name) {
        return config instanceof Answer.Done<Map<String, String>> done
                ? Optional.ofNullable(done.value().get(name))
                : Optional.empty();
    }

    /** A figure of INFO; 0 where there is none. */
    long figure(String name) {
        String value = facts.getOrDefault(name, "0");
        return value.matches("-?[0-9]{1,18}") ? Long.parseLong(value) : 0;
    }
}
