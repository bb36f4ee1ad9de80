package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class SlotferryTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(CommandLine line, String... arguments) {
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @Test
    void the_version_names_the_java_that_runs() {
        assertThat(run(Slotferry.commandLine(), "--version")).isZero();
        assertThat(out.toString())
                .matches("slotferry \\d+\\.\\d+\\.\\d+\\S*( \\([0-9a-f]+\\))?\\R" + "Java \\S+, .+\\R")
                .contains(System.getProperty("java.version"));
    }

    @Test
    void an_unknown_command_is_answered_by_what_comes_close() {
        assertThat(run(Slotferry.commandLine(), "epxand")).isEqualTo(2);
        assertThat(err.toString()).contains("'epxand'").contains("Did you mean").contains("slotferry expand");
    }

    @Test
    void an_unknown_option_is_answered_by_what_comes_close() {
        assertThat(run(Slotferry.commandLine(), "--verboose")).isEqualTo(2);
        assertThat(err.toString()).contains("'--verboose'").contains("--version");
    }

    @Test
    void help_lists_every_command_of_the_modules() {
        assertThat(run(Slotferry.commandLine(), "--help")).isZero();
        assertThat(Slotferry.commandLine().getSubcommands().keySet())
                .contains(
                        "plan", "expand", "status", "watch", "approve", "retry", "cancel", "inspect", "worker", "demo",
                        "race", "help")
                .allSatisfy(command -> assertThat(out.toString()).contains("  " + command + " "));
    }

    @Test
    void every_command_explains_itself_and_its_exit_codes() {
        explained(Slotferry.commandLine());
    }

    /** A command that only holds others leaves the exit codes to them. */
    private static void explained(CommandLine holder) {
        holder.getSubcommands().forEach((name, command) -> {
            if (!command.getSubcommands().isEmpty()) {
                explained(command);
            } else if (!name.equals("help")) {
                assertThat(command.getUsageMessage())
                        .as(name)
                        .contains("Exit codes:")
                        .contains("0");
            }
        });
    }

    @Test
    void a_server_that_is_not_there_is_named_without_a_trace() {
        assertThat(run(Slotferry.commandLine(), "demo", "--server", "/no/such/place"))
                .isEqualTo(8);
        assertThat(err.toString())
                .isEqualToNormalizingNewlines(
                        "slotferry demo failed: No redis-server or valkey-server at /no/such/place."
                                + " Name the executable, or a folder that has it in bin/.\n");
    }

    @Test
    void a_demo_of_no_rate_is_refused_before_anything_is_started() {
        assertThat(run(Slotferry.commandLine(), "demo", "--rate", "0")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualToNormalizingNewlines("--rate 0 is not between 1 and 100,000\nNext: slotferry demo --help\n");
    }

    @Test
    void what_nobody_expected_says_where_it_happened_and_how_to_see_more() {
        CommandLine line = Slotferry.commandLine().addSubcommand(new Broken());
        assertThat(run(line, "broken")).isEqualTo(8);
        assertThat(err.toString())
                .startsWith("slotferry broken failed: no such luck")
                .contains("at io.slotferry.distribution.SlotferryTest$Broken.run(SlotferryTest.java:")
                .contains("Next: the same command with SLOTFERRY_DEBUG=1");
    }

    @Command(name = "broken")
    static final class Broken implements Runnable {
        @Override
        public void run() {
            throw new IllegalStateException("no such luck");
        }
    }
}
