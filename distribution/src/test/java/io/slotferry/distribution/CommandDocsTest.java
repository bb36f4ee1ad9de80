package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** docs/CLI.md says what the program says. */
class CommandDocsTest {
    static Stream<String> commands() {
        return Slotferry.commandLine().getSubcommands().entrySet().stream()
                .filter(command -> !command.getKey().equals("help"))
                .flatMap(command -> Stream.concat(
                        Stream.of(command.getKey()),
                        command.getValue().getSubcommands().keySet().stream()
                                .map(name -> command.getKey() + " " + name)));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void the_documented_help_of_a_command_is_what_it_prints(String command) throws IOException {
        String docs = Files.readString(Path.of("..", "docs", "CLI.md"));
        CommandLine line = Slotferry.commandLine().setUsageHelpAutoWidth(false);
        for (String word : command.split(" ")) {
            line = line.getSubcommands().get(word);
        }
        String help = line.getUsageMessage(Ansi.OFF);
        assertThat(docs)
                .as("docs/CLI.md holds what slotferry " + command
                        + " --help prints in 80 columns, in a block of its own")
                .contains("```\n" + help.stripTrailing().replace("\r", "") + "\n```");
    }
}
