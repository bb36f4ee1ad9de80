package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.slotferry.sandbox.faults.FaultRuns;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** picocli formats what a command says of itself, and warns on standard error where that fails. */
class HelpTextsTest {
    static Stream<CommandSpec> commands() {
        return Stream.of(Slotferry.commandLine(), new CommandLine(FaultRuns.class))
                .flatMap(HelpTextsTest::withSubcommands)
                .map(CommandLine::getCommandSpec);
    }

    private static Stream<CommandLine> withSubcommands(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpTextsTest::withSubcommands));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void every_percent_sign_in_a_help_text_is_escaped(CommandSpec command) {
        List<String> texts = texts(command);

        assertThat(texts).isNotEmpty();
        for (String text : texts) {
            assertThatCode(() -> String.format(text))
                    .as("%s: %s (a percent sign is written %%%%)", command.qualifiedName(), text)
                    .doesNotThrowAnyException();
        }
    }

    private static List<String> texts(CommandSpec command) {
        UsageMessageSpec usage = command.usageMessage();
        Stream<String> own = Stream.of(usage.header(), usage.description(), usage.footer(), usage.customSynopsis())
                .flatMap(Arrays::stream);
        Stream<String> ofArguments = command.args().stream().flatMap(argument -> Arrays.stream(argument.description()));
        Stream<String> ofGroups = command.argGroups().stream().map(group -> group.heading());
        return Stream.of(own, ofArguments, ofGroups, usage.exitCodeList().values().stream())
                .flatMap(texts -> texts)
                .filter(Objects::nonNull)
                .toList();
    }
}
