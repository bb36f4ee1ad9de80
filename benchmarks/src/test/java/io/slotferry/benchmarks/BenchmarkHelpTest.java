package io.slotferry.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** picocli formats what a command says of itself, and warns on standard error where that fails. */
class BenchmarkHelpTest {
    static Stream<CommandSpec> commands() {
        return Stream.of(
                        AgreementOfMany.class,
                        BackupBesideRedisCli.class,
                        BesideBigKeyScan.class,
                        BesideControl.class,
                        BesideRedisCli.class)
                .map(CommandSpec::forAnnotatedObject);
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
