package io.slotferry.activities.preflight;

import io.slotferry.activities.preflight.NodeReading.ClientsSeen;
import io.slotferry.activities.preflight.NodeReading.ClockOffset;
import io.slotferry.activities.preflight.NodeReading.SlowSeen;
import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.Particulars.Client;
import io.slotferry.planning.NodeAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The condition of each node: its clock, its clients, its slow log, and room to fork. */
final class ConditionChecks {
    /** Over that, keys expire noticeably early or late once they moved. */
    static final Duration CLOCK_LIMIT = Duration.ofSeconds(1);

    /** A fork that takes longer stops the node for all its clients. */
    private static final long FORK_LIMIT_MICROS = 1_000_000;

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
        forkRoom(all);
        answers.passUnlessSaid(
                CheckName.CLOCKS, "no clock is more than " + CLOCK_LIMIT.toSeconds() + " s off the worker's");
        answers.passUnlessSaid(CheckName.READONLY_CLIENTS, "no client reads from replicas");
        answers.passUnlessSaid(
                CheckName.CLIENT_BUFFERS,
                String.format(Locale.ROOT, "no client's buffers hold more than %.0f MB", bufferLimit / MEGABYTE));
        answers.passUnlessSaid(CheckName.SLOW_LOG, "no command of the last hour was slow");
        answers.passUnlessSaid(CheckName.FORK_ROOM, "every node has room for a fork, and its last one went well");
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

    /** A backup, and a new replica's first synchronisation, fork; written pages are copied meanwhile. */
    private void forkRoom(Map<NodeAddress, NodeReading> all) {
        Map<String, Long> onHost = new HashMap<>();
        all.forEach((address, reading) -> onHost.merge(address.host(), reading.figure("used_memory_rss"), Long::sum));
        all.forEach((address, reading) -> {
            long machine = reading.figure("total_system_memory");
            long copied = reading.figure("used_memory_rss");
            if (machine > 0 && onHost.get(address.host()) + copied > machine) {
                fork(
                        address,
                        String.format(
                                Locale.ROOT,
                                "a fork of %s may copy up to %.0f MB, and the nodes on its host use %.0f of %.0f MB already",
                                address,
                                copied / MEGABYTE,
                                onHost.get(address.host()) / MEGABYTE,
                                machine / MEGABYTE),
                        "choose an hour of few writes, since only written pages are copied, and see that"
                                + " vm.overcommit_memory is 1 on the host");
            }
            if (reading.facts().getOrDefault("rdb_last_bgsave_status", "ok").equals("err")) {
                fork(
                        address,
                        "the last BGSAVE of " + address + " failed (rdb_last_bgsave_status:err)",
                        "see its log (disk full, no memory to fork, rights on its folder), then BGSAVE");
            }
            if (reading.figure("latest_fork_usec") > FORK_LIMIT_MICROS) {
                fork(
                        address,
                        String.format(
                                Locale.ROOT,
                                "the last fork of %s stopped it for %.1f s (latest_fork_usec), limit %.1f s",
                                address,
                                reading.figure("latest_fork_usec") / 1e6,
                                FORK_LIMIT_MICROS / 1e6),
                        "switch transparent huge pages off on its host, or let smaller nodes hold the data");
            }
        });
    }

    private void fork(NodeAddress address, String evidence, String remedy) {
        answers.warn(CheckName.FORK_ROOM, Optional.of(address), evidence, remedy);
    }
}
