package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.RunState.Command;
import io.temporal.client.WorkflowStub;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** Runs that stay in one state for as long as a test looks. */
final class Scenes {
    private static final String SMALL = ScriptedRun.request(", 'batch': {'slots': 4096}");

    private static final String BY_WHOM = "'by': 'ops', 'why': 'a test'";

    private Scenes() {}

    static WorkflowStub reach(ScriptedRun lab, String state) {
        return switch (state) {
            case "WAITING" -> {
                WorkflowStub run = lab.start(SMALL.replace("'NONE'", "'REQUIRED'"));
                lab.await(run, RunState.WAITING);
                yield run;
            }
            case "WAITING_FOR_THE_WINDOW" -> {
                WorkflowStub run = lab.start(ScriptedRun.request(window(2, 4)));
                lab.await(run, RunState.WAITING);
                yield run;
            }
            case "PAUSING" -> {
                WorkflowStub run = reach(lab, "RUNNING");
                lab.command(run, "pause", "{}");
                yield run;
            }
            case "PAUSED" -> {
                Runnable release = lab.fake.hold("Preflight");
                WorkflowStub run = lab.start(SMALL);
                lab.await(run, status -> lab.fake.calls.contains("Preflight"));
                lab.command(run, "pause", "{}");
                release.run();
                lab.await(run, RunState.PAUSED);
                yield run;
            }
            case "WAITING_ON_THE_WAY_BACK" -> {
                lab.fake.fail("AttachReplicas", FailureKind.REPLICA_NOT_IN_SYNC);
                lab.fake.before("PlanReturn", () -> lab.fake.batchTakes = Duration.ofMinutes(90));
                WorkflowStub run = lab.start(ScriptedRun.request(", 'batch': {'slots': 2048},"
                        + " 'pacing': {'pause': 'PT0S'}, 'onFailure': 'ROLL_BACK'" + window(-1, 1)));
                lab.await(run, status -> status.state() == RunState.WAITING && status.phase() == Phase.ROLLBACK);
                yield run;
            }
            case "RUNNING" -> {
                lab.fake.linger("MoveBatch 1");
                WorkflowStub run = lab.start(SMALL);
                lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));
                yield run;
            }
            case "HALTED" -> halted(lab);
            case "ROLLING_BACK" -> {
                WorkflowStub run = halted(lab);
                lab.fake.linger("ReturnBatch 1");
                lab.command(run, "rollback", "{}");
                lab.await(run, status -> lab.fake.calls.contains("ReturnBatch 1"));
                yield run;
            }
            case "HALTED_ON_THE_WAY_BACK" -> {
                lab.fake.fail("PlanReturn", FailureKind.VIEWS_DISAGREE);
                WorkflowStub run = halted(lab);
                lab.command(run, "rollback", "{}");
                lab.await(run, status -> status.state() == RunState.HALTED && status.phase() == Phase.ROLLBACK);
                yield run;
            }
            case "STOPPING" -> {
                WorkflowStub run = halted(lab);
                Runnable unused = lab.fake.hold("RestoreSettings");
                lab.command(run, "cancel", "{}");
                lab.await(run, status -> lab.fake.calls.contains("RestoreSettings"));
                yield run;
            }
            case "COMPLETED" -> {
                WorkflowStub run = lab.start(SMALL);
                lab.result(run);
                yield run;
            }
            case "ROLLED_BACK" -> endedInPreflight(lab, "rollback");
            case "STOPPED" -> endedInPreflight(lab, "stop-here");
            case "REFUSED" -> {
                WorkflowStub run = lab.start("{}");
                lab.failure(run);
                yield run;
            }
            default -> throw new IllegalArgumentException(state);
        };
    }

    /** A window that begins and ends so many hours from now. */
    private static String window(int from, int to) {
        LocalTime now = LocalTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS);
        return ", 'window': {'from': '" + now.plusHours(from) + "', 'to': '" + now.plusHours(to) + "', 'zone': 'UTC'}";
    }

    /** One that fits the command. */
    static String argument(Command command, ExpandStatus status) {
        return switch (command) {
            case APPROVE -> "{'fingerprint': '" + status.fingerprint() + "', " + BY_WHOM + "}";
            case RETUNE -> "{'pacing': {'pause': 'PT1S'}, " + BY_WHOM + "}";
            default -> "{" + BY_WHOM + "}";
        };
    }

    private static WorkflowStub endedInPreflight(ScriptedRun lab, String word) {
        Runnable release = lab.fake.hold("Preflight");
        WorkflowStub run = lab.start(SMALL);
        lab.await(run, status -> lab.fake.calls.contains("Preflight"));
        lab.command(run, word, "{}");
        release.run();
        lab.await(run, status -> status.state().closed());
        lab.result(run);
        return run;
    }

    private static WorkflowStub halted(ScriptedRun lab) {
        lab.fake.fail("AttachReplicas", FailureKind.REPLICA_NOT_IN_SYNC);
        WorkflowStub run = lab.start(SMALL);
        lab.await(run, RunState.HALTED);
        return run;
    }
}
