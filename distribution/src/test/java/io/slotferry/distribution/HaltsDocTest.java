package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.FailureKind.Proceeds;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/HALTS.md shows the tables by which the program itself goes: {@link FailureKind} and {@link RunState}. */
class HaltsDocTest {
    private static final String KINDS = """
            | name | meaning | evidence | who proceeds | legal now | next |
            |---|---|---|---|---|---|
            """;
    private static final String STATES = "| state | legal commands |\n|---|---|\n";

    @Test
    void the_documented_halts_are_those_of_the_program() throws IOException {
        String table = KINDS
                + Arrays.stream(FailureKind.values()).map(HaltsDocTest::row).collect(Collectors.joining());

        assertThat(document()).as("docs/HALTS.md holds this table:\n" + table).contains("\n" + table + "\n");
    }

    @Test
    void the_documented_commands_of_each_state_are_those_of_the_program() throws IOException {
        String table = STATES
                + "| `WAITING` for approval | " + legal(RunState.WAITING, Phase.PLAN) + " |\n"
                + Arrays.stream(RunState.values())
                        .map(state -> "| `" + state + "` | " + legal(state, Phase.RESHARD) + " |\n")
                        .collect(Collectors.joining())
                + "| `WAITING` on the way back | " + legal(RunState.WAITING, Phase.ROLLBACK) + " |\n"
                + "| `HALTED` on the way back | " + legal(RunState.HALTED, Phase.ROLLBACK) + " |\n";

        assertThat(document()).as("docs/HALTS.md holds this table:\n" + table).contains("\n" + table + "\n");
    }

    private static String document() throws IOException {
        return Files.readString(Path.of("..", "docs", "HALTS.md"));
    }

    private static String row(FailureKind kind) {
        return "| `" + kind + "` | " + kind.words() + " | " + kind.evidence() + " | " + proceeds(kind) + " | "
                + legal(kind.proceeds() == Proceeds.NOBODY ? RunState.REFUSED : RunState.HALTED, Phase.RESHARD) + " | "
                + kind.next()
                + " |\n";
    }

    private static String proceeds(FailureKind kind) {
        return switch (kind.proceeds()) {
            case RETRY -> "slotferry by itself for " + kind.patience().toMinutes() + " min, then you";
            case OPERATOR -> "you";
            case NOBODY -> "nobody: the run has ended";
        };
    }

    /** As they are typed. */
    private static String legal(RunState state, Phase phase) {
        String commands = state.legal(phase).stream()
                .map(command -> "`" + command.word() + "`")
                .collect(Collectors.joining(", "));
        return commands.isEmpty() ? "none" : commands;
    }
}
