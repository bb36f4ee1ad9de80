package io.slotferry.activities.preflight;

import io.slotferry.activities.preflight.NodeReading.ClientsSeen;
import io.slotferry.activities.preflight.NodeReading.ClockOffset;
import io.slotferry.activities.preflight.NodeReading.SlowSeen;
import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.Particulars.Client;
import io.slotferry.planning.NodeAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The condition of each node: its clock, its clients, its slow log. */
final class ConditionChecks {
    /** Over that, keys expire noticeably early or late once they moved. */
    static final Duration CLOCK_LIMIT = Duration.ofSeconds(1);

    private static final double MEGABYTE = 1_000_000;

    private final Answers answers;
    private final Readings readings;

    ConditionChecks(Answers answers, Readings readings) {
        this.answers = answers;
        this.readings = readings;
    }

    void check(long bufferLimit) {
        Map<NodeAddress, NodeReading> all = readings.all();
        each(CheckName.CLOCKS, all, NodeReading::clock, this::clock);
        each(CheckName.READONLY_CLIENTS, readings.members(), NodeReading::clients, this::readOnly);
        each(
                CheckName.CLIENT_BUFFERS,
                all,
                NodeReading::clients,
                (address, clients) -> buffers(address, clients, bufferLimit));
        each(CheckName.SLOW_LOG, all, NodeReading::slow, this::slow);
        answers.passUnlessSaid(
                CheckName.CLOCKS, "no clock is more than " + CLOCK_LIMIT.toSeconds() + " s off the worker's");
        answers.passUnlessSaid(CheckName.READONLY_CLIENTS, "no client reads from replicas");
        answers.passUnlessSaid(
                CheckName.CLIENT_BUFFERS,
                String.format(Locale.ROOT, "no client's buffers hold more than %.0f MB", bufferLimit / MEGABYTE));
        answers.passUnlessSaid(CheckName.SLOW_LOG, "no command of the last hour was slow");
    }

    private <T> void each(
            CheckName check,
            Map<NodeAddress, NodeReading> nodes,
            Function<NodeReading, Answer<T>> of,
            java.util.function.BiConsumer<NodeAddress, T> look) {
        nodes.forEach((address, reading) -> {
            Answer<T> answer = of.apply(reading);
            if (answer instanceof Answer.Done<T> done) {
                look.accept(address, done.value());
            } else if (answer instanceof Answer.Refused<T> refused) {
                answers.notApplicable(check, Optional.of(address), refused.reply());
            }
        });
    }

    /** A member whose clock is off is that way already; a new one need not come in so. */
    private void clock(NodeAddress address, ClockOffset offset) {
        if (offset.certain().compareTo(CLOCK_LIMIT) <= 0) {
            return;
        }
        String evidence = String.format(
                Locale.ROOT,
                "the clock of %s is %.1f s %s the worker's (round trip %.1f ms), limit %d s",
                address,
                offset.ahead().abs().toMillis() / 1_000.0,
                offset.ahead().isNegative() ? "behind" : "ahead of",
                offset.roundTrip().toNanos() / 1e6,
                CLOCK_LIMIT.toSeconds());
        String remedy =
                "set it by NTP (chronyc tracking on its host shows how it stands); if all nodes are off alike, it is"
                        + " the worker's host that is wrong";
        if (readings.added().containsKey(address)) {
            answers.fail(CheckName.CLOCKS, Optional.of(address), evidence, remedy);
        } else {
            answers.warn(CheckName.CLOCKS, Optional.of(address), evidence, remedy);
        }
    }

    private void readOnly(NodeAddress address, ClientsSeen clients) {
        if (clients.readOnly() > 0) {
            answers.warn(
                    CheckName.READONLY_CLIENTS,
                    Optional.of(address),
                    Preflight.counted(clients.readOnly(), "client") + " of " + address
                            + " sent READONLY: while a slot moves, a replica of its source answers that a key which has"
                            + " moved is not there",
                    "have them read from masters while slots move, or see that a missing key does no harm (a cache)");
        }
    }

    private void buffers(NodeAddress address, ClientsSeen clients, long limit) {
        if (!clients.swollen().isEmpty()) {
            answers.warn(
                    CheckName.CLIENT_BUFFERS,
                    Optional.of(address),
                    address + " holds large buffers for "
                            + clients.swollen().stream()
                                    .map(ConditionChecks::describe)
                                    .collect(Collectors.joining(", "))
                            + String.format(Locale.ROOT, ", limit %.0f MB", limit / MEGABYTE),
                    "see CLIENT LIST there: a client that does not read its answers takes the memory that moving needs");
        }
    }

    private static String describe(Client client) {
        return String.format(
                Locale.ROOT,
                "client id=%d addr=%s%s (omem %.1f MB, qbuf %.1f MB)",
                client.id(),
                client.address(),
                client.name().isEmpty() ? "" : " name=" + client.name(),
                client.outputBytes() / MEGABYTE,
                client.queryBytes() / MEGABYTE);
    }

    private void slow(NodeAddress address, SlowSeen slow) {
        slow.worst()
                .ifPresent(worst -> answers.warn(
                        CheckName.SLOW_LOG,
                        Optional.of(address),
                        String.format(
                                Locale.ROOT,
                                "the slow log of %s has %d %s of the last hour that took %d ms or longer, the worst %s"
                                        + " with %.0f ms",
                                address,
                                slow.count(),
                                slow.count() == 1 ? "command" : "commands",
                                readings.request().thresholds().p99Latency().toMillis(),
                                worst.command(),
                                worst.micros() / 1_000.0),
                        "SLOWLOG GET there; such a command stalls the moving of slots as it stalls every client"));
    }
}
