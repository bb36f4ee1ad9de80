package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Help.Ansi;

/** docs/CLI.md says what the program says. */
class CommandDocsTest {
    static Stream<String> commands() {
        return Slotferry.commandLine().getSubcommands().keySet().stream().filter(name -> !name.equals("help"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void the_documented_help_of_a_command_is_what_it_prints(String command) throws IOException {
        String docs = Files.readString(Path.of("..", "docs", "CLI.md"));
        String help = Slotferry.commandLine()
                .setUsageHelpAutoWidth(false)
                .getSubcommands()
                .get(command)
                .getUsageMessage(Ansi.OFF);
        assertThat(docs)
                .as("docs/CLI.md holds what slotferry " + command
                        + " --help prints in 80 columns, in a block of its own")
                .contains("```\n" + help.stripTrailing().replace("\r", "") + "\n```");
    }
}
