package io.slotferry.workflows.expand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.RunState.Command;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** On a real Temporal server: each command in each state, by the one table of what is legal. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(600)
class SteeringIT {
    private static RealServerRun.Stage stage;

    /** A state that a run can be looked at in, as {@link Scenes} reaches it. */
    enum Stand {
        WAITING(RunState.WAITING, Phase.PLAN),
        WAITING_FOR_THE_WINDOW(RunState.WAITING, Phase.BACKUP),
        WAITING_ON_THE_WAY_BACK(RunState.WAITING, Phase.ROLLBACK),
        RUNNING(RunState.RUNNING, Phase.RESHARD),
        PAUSING(RunState.RUNNING, Phase.RESHARD),
        PAUSED(RunState.PAUSED, Phase.PLAN),
        HALTED(RunState.HALTED, Phase.ADD_REPLICAS),
        HALTED_ON_THE_WAY_BACK(RunState.HALTED, Phase.ROLLBACK),
        ROLLING_BACK(RunState.ROLLING_BACK, Phase.ROLLBACK),
        COMPLETED(RunState.COMPLETED, Phase.REPORT),
        ROLLED_BACK(RunState.ROLLED_BACK, Phase.ROLLBACK),
        STOPPED(RunState.STOPPED, Phase.PREFLIGHT),
        REFUSED(RunState.REFUSED, Phase.PREFLIGHT);

        private final RunState state;
        private final Phase phase;

        Stand(RunState state, Phase phase) {
            this.state = state;
            this.phase = phase;
        }

        Set<Command> legal() {
            return this == PAUSING ? state.legalWhilePausing(phase) : state.legal(phase);
        }

        /** Given a second time a command is answered, and changes nothing. */
        Set<Command> repeated() {
            return switch (this) {
                case PAUSED, PAUSING -> EnumSet.of(Command.PAUSE);
                case ROLLING_BACK -> EnumSet.of(Command.ROLLBACK);
                default -> EnumSet.noneOf(Command.class);
            };
        }
    }

    @BeforeAll
    static void start() {
        stage = new RealServerRun.Stage();
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    @ParameterizedTest
    @EnumSource(Stand.class)
    void what_is_not_legal_is_refused_with_what_is_and_leaves_no_trace(Stand stand) throws InterruptedException {
        try (RealServerRun lab = stage.run()) {
            WorkflowStub run = Scenes.reach(lab, stand.name());
            ExpandStatus before = lab.status(run);
            assertThat(before.state()).isEqualTo(stand.state);
            assertThat(before.phase()).isEqualTo(stand.phase);
            assertThat(before.legal()).containsExactlyElementsOf(stand.legal());
            long updates = updates(lab, run);

            for (Command command : refused(stand)) {
                String argument = Scenes.argument(command, before);
                if (stand.state.closed()) {
                    assertThat(catchThrowable(() -> lab.command(run, command.word(), argument)))
                            .isInstanceOf(WorkflowNotFoundException.class);
                } else {
                    assertThat(lab.refusal(run, command.word(), argument))
                            .startsWith(
                                    command.word() + " was refused: the run is " + stand.state + " (" + before.why())
                            .endsWith("Next: what is legal now: " + words(stand.legal()));
                }
            }

            assertThat(updates(lab, run)).isEqualTo(updates);
            assertThat(lab.status(run).trail()).isEqualTo(before.trail());
        }
    }

    @ParameterizedTest
    @MethodSource("legal")
    void what_is_legal_is_done_and_the_trail_says_who_wanted_it_and_why(Stand stand, Command command)
            throws InterruptedException {
        try (RealServerRun lab = stage.run()) {
            WorkflowStub run = Scenes.reach(lab, stand.name());
            String argument = Scenes.argument(command, lab.status(run));

            assertThat(lab.command(run, command.word(), argument).next()).isNotEmpty();

            ExpandStatus after = lab.await(run, status -> done(command, status));
            assertThat(after.trail())
                    .extracting(ExpandResult.Note::what)
                    .anyMatch(what ->
                            what.contains(command == Command.APPROVE ? "approved plan" : command.word() + " by ops")
                                    && what.contains("by ops: a test"));
        }
    }

    static Stream<Arguments> legal() {
        return Arrays.stream(Stand.values())
                .flatMap(stand -> stand.legal().stream().map(command -> Arguments.of(stand, command)));
    }

    private static List<Command> refused(Stand stand) {
        return Arrays.stream(Command.values())
                .filter(command -> !stand.legal().contains(command))
                .filter(command -> !stand.repeated().contains(command))
                .toList();
    }

    /** Whether a run shows that it took a command. */
    private static boolean done(Command command, ExpandStatus status) {
        return switch (command) {
            case APPROVE -> status.phase() != Phase.PLAN;
            case PAUSE -> status.state() == RunState.PAUSED || status.legal().contains(Command.RESUME);
            case RESUME -> status.state() != RunState.PAUSED && !status.legal().contains(Command.RESUME);
            case RETUNE -> status.tuning().orElseThrow().pacing().pause().equals(Duration.ofSeconds(1));
            case RETRY -> status.state() != RunState.HALTED;
            case ROLLBACK -> status.state() == RunState.ROLLING_BACK || status.state() == RunState.ROLLED_BACK;
            case STOP_HERE, CANCEL -> status.state() == RunState.STOPPED;
        };
    }

    private static String words(Set<Command> commands) {
        return commands.stream().map(Command::word).collect(Collectors.joining(", "));
    }

    private static long updates(RealServerRun lab, WorkflowStub run) {
        return lab.events(run, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED)
                + lab.events(run, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)
                + lab.events(run, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED);
    }
}
