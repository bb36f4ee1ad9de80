package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slotferry.sandbox.Dataset;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import redis.clients.jedis.Jedis;

/** An expansion from the Web UI alone, by what docs/WEB-UI.md says. With {@code slotferry.screenshots} it makes its pictures. */
@Execution(ExecutionMode.CONCURRENT)
class WebUiIT {
    private static final Path DOCUMENT = Path.of("..", "docs", "WEB-UI.md");
    private static final Pattern FORM = Pattern.compile("(?s)```json\n(.*?)```");
    private static final Pattern LINK = Pattern.compile("(/namespaces/default/workflows/start-workflow\\?\\S+)");
    private static final Pattern MOVING = Pattern.compile("\\b[1-9][0-9]* of 41");
    private static final Pattern MOVED = Pattern.compile("batch [1-9][0-9]*/41: ");
    private static final Pattern FINGERPRINT = Pattern.compile("Plan ([0-9a-f]{64})");
    private static final String RUN = "expand-orders";

    @Test
    @Timeout(1_500)
    void an_expansion_is_started_from_the_form_approved_paused_resumed_and_read_to_its_report(@TempDir Path backups)
            throws IOException {
        String document = Files.readString(DOCUMENT);
        try (TemporalAndWorker backstage = TemporalAndWorker.start();
                Browser browser = Browser.open(
                        backstage.temporal().uiUrl().orElseThrow(),
                        Optional.ofNullable(System.getProperty("slotferry.screenshots"))
                                .map(Path::of));
                GrowingCluster orders =
                        GrowingCluster.start(backstage, LocalCluster.builder(ServerBinary.find()), Dataset.of(5_000))) {
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            Person person = new Person(backstage, browser);

            browser.form(
                    first(LINK, document),
                    first(FORM, document)
                            .replace(
                                    "10.0.0.1:7000",
                                    orders.cluster().masters().get(0).address())
                            .replace("10.0.0.4:7000", master.address())
                            .replace("10.0.0.5:7000", replica.address())
                            // So many batches that nobody notices would be over before a person has found the button.
                            .replace("\"backup\"", "\"pacing\": {\"mode\": \"STEADY\"},\n \"backup\"")
                            .replace("/var/backups/slotferry", backups.toString()));
            browser.picture("form");
            browser.start(RUN, () -> !person.events().isEmpty());

            String waiting = browser.awaitDetails(
                    () -> person.waitsIn(Phase.PLAN), text -> text.startsWith("WAITING in phase plan"));
            browser.picture("approval");
            person.gives("approve", "{\"fingerprint\": \"" + first(FINGERPRINT, waiting) + "\", \"by\": \"ops\"}");
            browser.awaitDetails(() -> person.status().slotsMoved() > 0, text -> MOVING.matcher(text)
                    .find());
            person.gives("pause", "{\"by\": \"ops\", \"why\": \"a release\"}");
            assertThat(person.awaitState(RunState.PAUSED))
                    .contains("paused by ops: a release; until resume", "Can be done now: resume");
            browser.awaitHistory(text -> MOVED.matcher(text).find());
            browser.picture("running");

            halt(person, master);
            person.gives("retry", "{\"by\": \"ops\"}");

            assertThat(person.awaitState(RunState.COMPLETED)).contains("41 of 41", "4,096 of 4,096");
            browser.picture("finished");
            browser.awaitHistory(text -> text.contains("\"outcome\": \"COMPLETED\""));
            browser.picture("report");
            orders.assertBalanced(4);
            orders.assertNothingLost();
        }
    }

    /** Another slotferry seems to be at work on a node: the run halts over it, with no slot in hand. */
    private static void halt(Person person, LocalNode node) {
        try (Jedis stranger = new Jedis(node.host(), node.port())) {
            stranger.clientSetname("slotferry:somebody-else:1.1");
            // A machine that has much else to do answers PINGs late, and batches would wait.
            person.gives(
                    "retune",
                    "{\"pacing\": {\"mode\": \"FAST\"}, \"thresholds\": {\"meanLatency\": \"PT1S\", \"p99Latency\": \"PT1S\"}}");
            person.gives("resume", "{\"by\": \"ops\"}");
            assertThat(person.awaitState(RunState.HALTED)).contains("STRANGER", "Can be done now: retry");
            person.browser().picture("halted");
        }
    }

    /** Who sits at the browser; whether a click was a click in time, the server tells. */
    private record Person(TemporalAndWorker backstage, Browser browser) {
        void gives(String update, String argument) {
            long before = updates();
            browser.update(update, argument, () -> updates() > before);
        }

        ExpandStatus status() {
            return backstage.link().client().newUntypedWorkflowStub(RUN).query("status", ExpandStatus.class);
        }

        boolean waitsIn(Phase phase) {
            ExpandStatus status = status();
            return status.state() == RunState.WAITING && status.phase() == phase;
        }

        /** The details that show the run in this state. */
        String awaitState(RunState state) {
            return browser.awaitDetails(() -> status().state() == state, text -> text.startsWith(state.toString()));
        }

        private long updates() {
            return events().stream()
                    .filter(event -> event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED)
                    .count();
        }

        /** Of the run; none while it is not there. */
        List<HistoryEvent> events() {
            try {
                return backstage.link().client().fetchHistory(RUN).getEvents();
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                    return List.of();
                }
                throw e;
            }
        }
    }

    private static String first(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no " + pattern + " in " + text));
    }

    /** The list of updates in the document is the one of the program, with arguments that fit. */
    @Test
    void every_update_is_documented() throws IOException {
        assertThat(Files.readString(DOCUMENT))
                .contains(Arrays.stream(RunState.Command.values())
                        .map(command -> "| `" + command.word() + "` |")
                        .toArray(String[]::new));
    }
}
