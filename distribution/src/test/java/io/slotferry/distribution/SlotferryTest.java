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
        assertThat(run(Slotferry.commandLine(), "hepl")).isEqualTo(2);
        assertThat(err.toString()).contains("'hepl'").contains("Did you mean").contains("slotferry help");
    }

    @Test
    void an_unknown_option_is_answered_by_what_comes_close() {
        assertThat(run(Slotferry.commandLine(), "--verboose")).isEqualTo(2);
        assertThat(err.toString()).contains("'--verboose'").contains("--version");
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
