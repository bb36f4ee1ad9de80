package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.distribution.GrowingCluster.Outcome;
import io.slotferry.sandbox.Dataset;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A schedule, a window, and the night after it, all the way; the window is moved as the run comes along. */
class NightIT {
    @Test
    void a_schedule_fires_and_its_run_waits_for_its_window_moves_waits_for_the_next_and_ends_balanced() {
        try (TemporalAndWorker backstage = TemporalAndWorker.start();
                GrowingCluster orders = GrowingCluster.start(
                        backstage, LocalCluster.builder(ServerBinary.find()), Dataset.of(20_000))) {
            List<LocalNode> masters = List.of(orders.startNode(4));
            List<LocalNode> replicas = List.of(orders.startNode(5));

            Outcome made = orders.schedule(
                    "tonight",
                    masters,
                    replicas,
                    "--once",
                    clock(Instant.now().plusSeconds(30)),
                    "--window",
                    hours(Duration.ofHours(2), Duration.ofHours(3)),
                    "--zone",
                    "UTC",
                    "--batch-slots",
                    "256",
                    "--mode",
                    "steady",
                    "--pause",
                    "PT2S");
            assertThat(made.exit()).as(made.text()).isZero();

            JsonNode outside = await(orders, status -> waits(status));
            assertThat(Instant.parse(outside.path("until").asText()))
                    .isAfter(Instant.now().plus(Duration.ofHours(1)));
            assertThat(orders.holdings()).hasSize(3);

            retune(orders, hours(Duration.ofHours(-1), Duration.ofHours(1)));
            await(orders, status -> status.path("batch").asInt() > 2);
            retune(orders, hours(Duration.ofHours(-1), Duration.ofSeconds(4)));
            JsonNode night = await(orders, status -> waits(status));
            assertThat(Instant.parse(night.path("until").asText()))
                    .isAfter(Instant.now().plus(Duration.ofHours(20)));
            assertThat(night.path("slotsMoved").asInt()).isBetween(256, 4_000);
            assertThat(orders.holdings()).hasSize(4);

            Outcome last = orders.retune(
                    "--window", hours(Duration.ofSeconds(4), Duration.ofHours(2)), "--zone", "UTC", "--pause", "PT0S");
            assertThat(last.exit()).as(last.text()).isZero();
            Awaitility.await()
                    .pollInterval(Duration.ofSeconds(1))
                    .atMost(Duration.ofMinutes(10))
                    .until(() -> orders.status().text().contains("COMPLETED"));
            orders.assertBalanced(4);
            orders.assertNothingLost();
        }
    }

    /** For its window: other waits end by themselves. */
    private static boolean waits(JsonNode status) {
        return status.path("state").asText().equals("WAITING")
                && status.path("why").asText().endsWith("UTC opens");
    }

    private static void retune(GrowingCluster orders, String window) {
        Outcome outcome = orders.retune("--window", window, "--zone", "UTC", "--why", "the test goes on");
        assertThat(outcome.exit()).as(outcome.text()).isZero();
    }

    private static JsonNode await(GrowingCluster orders, Predicate<JsonNode> expected) {
        JsonNode[] seen = new JsonNode[1];
        Awaitility.await()
                // Each look is a command of its own, with a connection of its own.
                .pollInterval(Duration.ofMillis(500))
                .atMost(Duration.ofMinutes(8))
                .ignoreExceptions()
                .until(() -> {
                    seen[0] = orders.status().event("status").path("status");
                    return expected.test(seen[0]);
                });
        return seen[0];
    }

    /** A window that begins and ends so long from now, by the clock of UTC. */
    private static String hours(Duration from, Duration to) {
        LocalTime now = LocalTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS);
        return time(now.plus(from)) + "-" + time(now.plus(to));
    }

    private static String time(LocalTime time) {
        return String.format(
                java.util.Locale.ROOT, "%02d:%02d:%02d", time.getHour(), time.getMinute(), time.getSecond());
    }

    private static String clock(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS)
                .toString()
                .replace('T', ' ')
                .replace("Z", "");
    }
}
