package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.BackupTarget;
import io.slotferry.workflows.contract.Names;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What cannot be done is refused with the whole of what a person needs, by the command line and by a run that was started
 * without it, and nothing is touched.
 *
 * <p>Each file of {@code src/test/resources/refusals} is a case: the request, the message that closes its run, and what the
 * command line prints. What was printed in truth is written to {@code target/refusals}, to be looked at where it differs.
 */
class RefusalsIT {
    private static final String RULER = "--- ";
    private static final String EXAMPLE = """
            {"cluster": {"name": "orders", "seeds": ["10.0.0.1:7000"]}, \
            "add": {"masters": ["10.0.0.4:7000"], "replicas": ["10.0.0.5:7000"]}, "backup": "file:backups"}""";

    /** Warnings that a busy machine may or may not give. */
    private static final String OF_THE_MOMENT =
            "load-|latency-|replication-lag|slow-log|client-buffers|clocks|fork-room";

    private static final AtomicInteger RUNS = new AtomicInteger();

    private static RefusalsStage stage;
    private static RefusalsTerminal terminal;
    private static Map<String, NodePortrait> untouched;

    @BeforeAll
    static void start(@TempDir Path folder) {
        stage = new RefusalsStage(folder);
        terminal = new RefusalsTerminal(folder).at(stage.temporal().address(), "default");
        untouched = stage.portraits();
    }

    @AfterAll
    static void stop() {
        if (stage != null) {
            stage.close();
        }
    }

    @AfterEach
    void nothing_was_touched() {
        assertThat(stage.portraits()).isEqualTo(untouched);
        for (String member : stage.memberIds()) {
            assertThatThrownBy(() -> stage.link()
                            .client()
                            .getWorkflowServiceStubs()
                            .blockingStub()
                            .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                                    .setNamespace("default")
                                    .setExecution(io.temporal.api.common.v1.WorkflowExecution.newBuilder()
                                            .setWorkflowId(Names.lease(member)))
                                    .build()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
        }
    }

    static Stream<Named<Path>> cases() throws IOException, URISyntaxException {
        Path folder = Path.of(RefusalsIT.class.getResource("/refusals").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .sorted()
                    .map(file -> Named.of(
                            file.getFileName().toString().replace(".txt", "").replace('-', ' '), file))
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void both_ways_tell_the_whole_and_touch_nothing(Path file) throws IOException {
        String expected = Files.readString(file);
        String request = expected.substring(0, expected.indexOf("\n" + RULER));
        String input = stage.withAddresses(request);

        CompletableFuture<String> closed = CompletableFuture.supplyAsync(() -> closed(Optional.of(input)));
        RefusalsTerminal.Done done = terminal.run(
                "expand", "-y", "-f", terminal.file("request.json", input).toString());
        String seen = request + "\n" + closed.join() + printed("slotferry expand -y -f request.json", done);

        Path target = Files.createDirectories(Path.of("target/refusals"));
        Files.writeString(target.resolve(file.getFileName()), seen);
        assertThat(seen).isEqualTo(expected);
    }

    /** What the Web UI shows of a run that was started with this input. */
    private static String closed(Optional<String> input) {
        WebForm form = new WebForm(stage.link().client());
        Failure failure = form.failure(form.start("from-the-form-" + RUNS.incrementAndGet(), "slotferry", input));
        return RULER + "The run closes with "
                + failure.getApplicationFailureInfo().getType() + "\n" + stage.withNames(failure.getMessage()) + "\n";
    }

    private static String printed(String command, RefusalsTerminal.Done done) {
        String text = stage.withNames(done.all())
                .replaceAll("(?m)^[0-9]{4}-[0-9-]+ [0-9:]+  .*\n", "")
                .replaceAll("Preflight: [0-9]+ checks passed", "Preflight: some checks passed")
                .replaceAll("(?m)^  WARN  (" + OF_THE_MOMENT + ").*\n        .*\n", "")
                .replaceAll("(?m)^Started (\\S+) \\([0-9a-f-]{36}\\)$", "Started $1 (its run ID)")
                .replaceAll("(?m)^(\\S+: [A-Z_]+ in )[0-9]+ s$", "$1some seconds");
        return RULER + command + " ends with exit code " + done.exit() + "\n" + text;
    }

    @Test
    void no_input_at_all_closes_the_run_with_an_example() {
        assertThat(closed(Optional.empty())).isEqualTo("""
                --- The run closes with BAD_REQUEST
                The request was refused; nothing was touched.
                  request: there is none; a JSON object belongs here, such as %s
                Next: start again with a request of that form
                """.formatted(EXAMPLE));
    }

    @Test
    void no_arguments_at_all_are_answered_by_those_to_begin_with() {
        assertThat(printed("slotferry expand", terminal.run("expand"))).isEqualTo("""
                --- slotferry expand ends with exit code 2
                Error: The request was refused; nothing was touched.
                  request: there is none; a JSON object belongs here, such as %s
                Next: give it as -f request.json, or by flags: --name orders --seed 10.0.0.1:7000 --add-master \
                10.0.0.4:7000 --add-replica 10.0.0.5:7000 --backup file:backups
                """.formatted(EXAMPLE));
    }

    @Test
    void flags_that_leave_out_half_are_answered_by_what_is_missing_and_the_flags_for_it() {
        assertThat(printed("slotferry plan --name orders", terminal.run("plan", "--name", "orders")))
                .isEqualTo("""
                --- slotferry plan --name orders ends with exit code 2
                Error: The request was refused; nothing was touched.
                  cluster.seeds: at least one "host:port" of the cluster belongs here
                  add: missing; an object belongs here
                  backup: missing; a store belongs here, %s, or "none" spelled out, which goes without a backup
                Next: correct the fields named above and start again; the flags for them are --name, --seed, \
                --add-master, --add-replica, --backup and those that --help lists
                """.formatted(BackupTarget.FORMS));
    }

    @Test
    void a_flag_with_a_word_where_a_number_belongs_is_refused() {
        assertThat(printed("slotferry expand --batch-slots many", terminal.run("expand", "--batch-slots", "many")))
                .isEqualTo("""
                --- slotferry expand --batch-slots many ends with exit code 2
                Invalid value for option '--batch-slots': 'many' is not an int
                Next: slotferry expand --help
                """);
    }

    @Test
    void an_unknown_flag_is_refused() {
        assertThat(printed("slotferry expand --add-mastre", terminal.run("expand", "--add-mastre", "10.0.0.4:7000")))
                .isEqualTo("""
                --- slotferry expand --add-mastre ends with exit code 2
                Unknown options: '--add-mastre', '10.0.0.4:7000'
                Possible solutions: --add-master, --add-replica
                """);
    }

    @Test
    void a_file_that_is_not_there_or_holds_no_json_is_refused() {
        String torn = terminal.file("torn.json", "{\"cluster\": {").toString();
        String missing = torn.replace("torn", "missing");

        assertThat((printed("slotferry expand -f torn.json", terminal.run("expand", "-f", torn))
                                + printed("slotferry expand -f missing.json", terminal.run("expand", "-f", missing)))
                        .replace(torn, "torn.json")
                        .replace(missing, "missing.json"))
                .isEqualTo("""
                --- slotferry expand -f torn.json ends with exit code 2
                Error: The request in torn.json is not JSON: line 1, column 14: Unexpected end-of-input: expected close \
                marker for Object
                Next: give a request such as %s
                --- slotferry expand -f missing.json ends with exit code 2
                Error: There is no file missing.json.
                Next: give a request such as %s
                """.formatted(EXAMPLE, EXAMPLE));
    }

    @Test
    void nobody_at_the_terminal_and_no_yes_starts_nothing() {
        String file = terminal.file("request.json", stage.withAddresses("""
                {"cluster": {"name": "orders", "seeds": ["{master-1}"]},
                 "add": {"masters": ["{new}"]}, "backup": "none"}""")).toString();

        assertThat(printed("slotferry expand -f request.json", terminal.run("expand", "-f", file)))
                .isEqualTo("""
                --- slotferry expand -f request.json ends with exit code 2
                Error: The plan needs an approval, and there is no terminal to ask on; nothing was started.
                Next: slotferry plan --out plan.json, then slotferry expand --plan plan.json; or slotferry expand -y
                """);
    }
}
