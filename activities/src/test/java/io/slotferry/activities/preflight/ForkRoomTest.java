package io.slotferry.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.SlotferryJson;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What no server of a test says of itself: a machine that is full, a fork that took seconds. */
class ForkRoomTest {
    private static final NodeAddress NODE = new NodeAddress("10.0.0.1", 7000);

    private static List<CheckResult> check(Map<String, String> info) throws JsonProcessingException {
        Answers answers = new Answers(List.of());
        Readings readings = new Readings(
                RequestReader.read(SlotferryJson.mapper().readTree("""
                        {"cluster": {"name": "orders", "seeds": ["10.0.0.1:7000"]},
                         "add": {"masters": ["10.0.0.4:7000"]}, "backup": "none"}""")),
                Map.of(NODE, reading(info)),
                Map.of(),
                Map.of(),
                List.of(),
                Optional.empty(),
                Map.of());
        new ForkRoom(answers, readings, new WorkerHost(Clock.systemUTC(), Path.of("/nowhere"))).check();
        return answers.report(List.of()).results();
    }

    private static NodeReading reading(Map<String, String> info) {
        return new NodeReading(
                new ServerInfo(
                        "redis",
                        "7.0.15",
                        "run",
                        true,
                        Map.of(),
                        Optional.empty(),
                        false,
                        false,
                        new ServerInfo.Replication(true, 0, Optional.empty(), List.of()),
                        new ServerInfo.Load(0, 0, 0, 0, 0, 0)),
                info,
                unread(),
                unread(),
                unread(),
                unread(),
                unread(),
                unread(),
                unread(),
                new RightsSeen("default", Set.of(), true, Optional.empty()));
    }

    private static <T> Answer<T> unread() {
        return new Answer.Refused<>("not asked");
    }

    @Test
    void a_machine_that_could_not_hold_the_copies_of_a_fork_warns_with_the_figures() throws JsonProcessingException {
        assertThat(check(Map.of("used_memory_rss", "6000000000", "total_system_memory", "8000000000")))
                .singleElement()
                .satisfies(result -> {
                    assertThat(result.verdict()).isEqualTo(CheckResult.Verdict.WARN);
                    assertThat(result.evidence())
                            .isEqualTo("a fork of 10.0.0.1:7000 may copy up to 6,000 MB, and the nodes on its host use"
                                    + " 6,000 MB of 8,000 MB already");
                    assertThat(result.remedy()).contains("vm.overcommit_memory is 1");
                });
    }

    @Test
    void a_fork_that_stopped_its_node_for_seconds_warns_with_how_long() throws JsonProcessingException {
        assertThat(check(Map.of("latest_fork_usec", "1700000"))).singleElement().satisfies(result -> {
            assertThat(result.verdict()).isEqualTo(CheckResult.Verdict.WARN);
            assertThat(result.evidence())
                    .isEqualTo(
                            "the last fork of 10.0.0.1:7000 stopped it for 1.7 s (latest_fork_usec), limit" + " 1.0 s");
        });
    }
}
