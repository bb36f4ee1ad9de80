package io.slotferry.starter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Requests that do not fit end the command before Temporal is asked for; here nobody listens at its address. */
class RequestOptionsTest {
    @TempDir
    Path folder;

    @Test
    void no_request_at_all_is_answered_with_an_example() {
        Cli.Done done = plan();

        assertThat(done.err()).contains("request: there is none; a JSON object belongs here, such as {\"cluster\"");
        assertThat(done.code()).isEqualTo(ExitCode.BAD_REQUEST.code());
    }

    @Test
    void every_problem_of_a_file_is_named_at_once() throws Exception {
        Path file = Files.writeString(
                folder.resolve("request.json"),
                "{\"cluster\": {\"name\": \"orders\", \"sedes\": []}, \"batch\": {\"slots\": \"many\"}}");

        Cli.Done done = plan("-f", file.toString());

        assertThat(done.err())
                .contains("The request was refused; nothing was touched.", "cluster.sedes", "batch.slots", "backup");
        assertThat(done.code()).isEqualTo(ExitCode.BAD_REQUEST.code());
    }

    @Test
    void a_file_that_is_no_json_is_refused_with_the_place() throws Exception {
        Path file = Files.writeString(folder.resolve("request.json"), "{\"cluster\":\n  nonsense}");

        assertThat(plan("-f", file.toString()).err())
                .contains("The request in " + file + " is not JSON: line 2, column");
    }

    @Test
    void a_field_that_stands_twice_is_refused() throws Exception {
        Path file = Files.writeString(folder.resolve("request.json"), "{\"backup\": \"none\", \"backup\": \"none\"}");

        assertThat(plan("-f", file.toString()).err()).contains("Duplicate field 'backup'");
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        assertThat(plan("-f", folder.resolve("none.json").toString()).err()).contains("There is no file ");
    }

    @Test
    void flags_are_judged_like_fields() {
        Cli.Done done =
                plan("--name", "orders", "--seed", "10.0.0.1:99999", "--add-master", "10.0.0.4:7000", "--backup", "x");

        assertThat(done.err()).contains("cluster.seeds[0]", "99999", "backup");
        assertThat(done.code()).isEqualTo(ExitCode.BAD_REQUEST.code());
    }

    @Test
    void a_request_that_fits_gets_as_far_as_the_missing_server() {
        Cli.Done done = plan(
                "--name",
                "orders",
                "--seed",
                "10.0.0.1:7000",
                "--add-master",
                "10.0.0.4:7000",
                "--backup",
                "none",
                "--pause",
                "5s",
                "--mode",
                "steady",
                "--attach-replicas",
                "before-reshard",
                "--on-failure",
                "roll-back",
                "--accept",
                "memory");

        assertThat(done.code()).isEqualTo(ExitCode.TEMPORAL_UNREACHABLE.code());
    }

    @Test
    void an_option_that_may_be_repeated_counts_each_time() {
        Cli.Done done = plan("--accept", "Not A Check", "--accept", "neither this!", "--seed", "x", "--seed", "y");

        assertThat(done.err()).contains("accept[0]", "accept[1]", "cluster.seeds[0]", "cluster.seeds[1]");
    }

    static Stream<Function<Surroundings, Object>> commands() {
        return Stream.of(
                PlanCommand::new,
                ExpandCommand::new,
                StatusCommand::new,
                WatchCommand::new,
                ApproveCommand::new,
                RetryCommand::new,
                RollbackCommand::new,
                StopHereCommand::new,
                CancelCommand::new);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void the_help_of_every_command_lists_the_exit_codes(Function<Surroundings, Object> command) {
        List<String> expected = Arrays.stream(ExitCode.values())
                .map(exit -> exit.code() + "=" + exit.meaning())
                .toList();
        CommandLine line = new CommandLine(command.apply(Surroundings.ofProcess()));

        assertThat(line.getCommandSpec().usageMessage().exitCodeList().entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue()))
                .containsExactlyElementsOf(expected);
        assertThat(line.getUsageMessage()).contains("Exit codes:", "TEMPORAL_ADDRESS", "[OPTIONS]");
    }

    private static Cli.Done plan(String... args) {
        return new Cli("127.0.0.1:1").run(PlanCommand::new, args);
    }
}
