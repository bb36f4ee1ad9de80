package io.slotferry.activities.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.activities.redis.ConnectionName;
import io.temporal.activity.ActivityInfo;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestWorkflowEnvironment;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs that nobody works on are enough to tell kin by. */
class KinshipTest {
    private final TestWorkflowEnvironment temporal = TestWorkflowEnvironment.newInstance();
    private final WorkflowClient client = temporal.getWorkflowClient();

    @AfterEach
    void close() {
        temporal.close();
    }

    private WorkflowStub start(String workflowId) {
        WorkflowStub run = client.newUntypedWorkflowStub(
                "Run",
                WorkflowOptions.newBuilder()
                        .setWorkflowId(workflowId)
                        .setTaskQueue("nobody")
                        .build());
        run.start();
        return run;
    }

    private static String runId(WorkflowStub run) {
        return run.getExecution().getRunId();
    }

    /** Of this run's attempt, to the connection of another run. */
    private Kin kin(String ownRun, String otherRun, List<String> takenOver) {
        ActivityInfo info = (ActivityInfo) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ActivityInfo.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getWorkflowId" -> "expand-orders";
                    case "getWorkflowRunId", "getRunId" -> ownRun;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        return new Kinship(client, info, (workflowId, runId) -> takenOver)
                .of(new ConnectionName(ownRun, 1, 1), new ConnectionName(otherRun, 1, 1));
    }

    @Test
    void of_the_same_run_the_older_attempt_is_the_predecessor() {
        Kinship kinship = new Kinship(client, null, (workflowId, runId) -> List.of());

        assertThat(kinship.of(new ConnectionName("run", 2, 1), new ConnectionName("run", 1, 7)))
                .isEqualTo(Kin.PREDECESSOR);
        assertThat(kinship.of(new ConnectionName("run", 1, 7), new ConnectionName("run", 2, 1)))
                .isEqualTo(Kin.SUCCESSOR);
        assertThat(kinship.of(new ConnectionName("run", 2, 1), new ConnectionName("run", 2, 1)))
                .isEqualTo(Kin.SELF);
    }

    @Test
    void a_run_that_this_one_took_over_is_a_predecessor_wherever_it_ran() {
        String other = UUID.randomUUID().toString();

        assertThat(kin("own", other, List.of(other))).isEqualTo(Kin.PREDECESSOR);
    }

    @Test
    void a_closed_run_of_the_same_workflow_id_is_a_predecessor_and_an_open_one_the_successor() {
        WorkflowStub closed = start("expand-orders");
        closed.terminate("test");
        WorkflowStub open = start("expand-orders");

        assertThat(kin(runId(open), runId(closed), List.of())).isEqualTo(Kin.PREDECESSOR);
        assertThat(kin(runId(closed), runId(open), List.of())).isEqualTo(Kin.SUCCESSOR);
    }

    @Test
    void a_run_that_this_server_does_not_know_under_the_same_workflow_id_is_a_stranger() {
        WorkflowStub own = start("expand-orders");
        WorkflowStub other = start("expand-others");

        assertThat(kin(runId(own), UUID.randomUUID().toString(), List.of())).isEqualTo(Kin.STRANGER);
        assertThat(kin(runId(own), runId(other), List.of())).isEqualTo(Kin.STRANGER);
    }

    @Test
    void while_temporal_does_not_answer_an_attempt_changes_nothing_rather_than_guess() {
        WorkflowStub own = start("expand-orders");
        String runId = runId(own);
        temporal.close();

        assertThatThrownBy(() -> kin(runId, UUID.randomUUID().toString(), List.of()))
                .isInstanceOf(Lifeline.Superseded.class)
                .hasMessageContaining("changes nothing more");
    }
}
