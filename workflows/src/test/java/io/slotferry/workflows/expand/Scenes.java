package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import io.temporal.client.WorkflowStub;

/** Runs that stay in one state for as long as a test looks. */
final class Scenes {
    private static final String SMALL = ExpandTestRun.request(", 'batch': {'slots': 4096}");

    private Scenes() {}

    static WorkflowStub reach(ExpandTestRun lab, String state) {
        return switch (state) {
            case "WAITING" -> {
                WorkflowStub run = lab.start(SMALL.replace("'NONE'", "'REQUIRED'"));
                lab.await(run, RunState.WAITING);
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
            default -> throw new IllegalArgumentException(state);
        };
    }

    private static WorkflowStub halted(ExpandTestRun lab) {
        lab.fake.fail("AttachReplicas", FailureKind.REPLICA_NOT_IN_SYNC);
        WorkflowStub run = lab.start(SMALL);
        lab.await(run, RunState.HALTED);
        return run;
    }
}
