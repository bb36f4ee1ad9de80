package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slotferry.activities.recording.SearchAttributes;
import io.slotferry.distribution.RefusalsTerminal.Done;
import io.slotferry.sandbox.TemporalLink;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.LocalTemporal;
import io.slotferry.servers.TemporalProcess;
import io.slotferry.servers.WantedServer;
import io.slotferry.worker.SlotferryWorker;
import io.slotferry.worker.WorkerSettings;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.failure.v1.Failure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** What the command line says where Temporal, its namespace or the worker is away, and how runs are found again. */
class RefusalsTemporalIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private static Path folder;

    private static TemporalProcess temporal;
    private static TemporalLink link;
    private static SlotferryWorker worker;
    private static LocalCluster cluster;

    @BeforeAll
    static void start() {
        temporal = LocalTemporal.builder().startProcessOrSkip(TestAbortedException::new);
        link = TemporalLink.to(temporal);
        new SearchAttributes(link.client()).register();
        worker = startWorker("slotferry");
        cluster = LocalCluster.builder(new WantedServer("redis-7.0").orSkip(TestAbortedException::new))
                .start();
    }

    private static SlotferryWorker startWorker(String taskQueue) {
        return SlotferryWorker.start(
                link.client(), new WorkerSettings(taskQueue, Map.of(), Optional.empty(), folder.resolve("reports")));
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
        if (worker != null) {
            worker.stop(Duration.ofSeconds(5));
        }
        if (link != null) {
            link.close();
            temporal.close();
        }
    }

    private static RefusalsTerminal terminal() {
        return new RefusalsTerminal(folder).at(temporal.address(), "default");
    }

    private static String request(String name, LocalNode master, String more) {
        return "{\"cluster\": {\"name\": \"" + name + "\", \"seeds\": [\""
                + cluster.masters().get(0).address() + "\"]}, \"add\": {\"masters\": [\"" + master.address()
                + "\"]}, \"backup\": \"none\"" + more + "}";
    }

    private static Done expand(RefusalsTerminal terminal, String... more) {
        String file = terminal.file(
                        "request.json", request("away", cluster.masters().get(1), ""))
                .toString();
        String[] arguments = new String[4 + more.length];
        System.arraycopy(new String[] {"expand", "-y", "-f", file}, 0, arguments, 0, 4);
        System.arraycopy(more, 0, arguments, 4, more.length);
        return terminal.run(arguments);
    }

    @Test
    void a_temporal_that_is_not_there_is_named_with_what_would_start_it() {
        Done done = expand(new RefusalsTerminal(folder).at(RefusalsStage.NOWHERE, "default"));

        assertThat(done.all()).isEqualTo("""
                Error: Temporal at 127.0.0.1:1 does not answer.
                  UNAVAILABLE: io exception
                Next: slotferry up starts one on this machine; or set TEMPORAL_ADDRESS to where it is
                """);
        assertThat(done.exit()).isEqualTo(6);
    }

    @Test
    void a_namespace_that_is_not_there_is_named_with_what_would_create_it() {
        Done done = expand(new RefusalsTerminal(folder).at(temporal.address(), "night"));

        assertThat(done.all().replace(temporal.address(), "{temporal}")).isEqualTo("""
                Error: Temporal at {temporal} has no namespace "night".
                  NOT_FOUND: Namespace night is not found.
                Next: set TEMPORAL_NAMESPACE, or: temporal operator namespace create night
                """);
        assertThat(done.exit()).isEqualTo(6);
    }

    @Test
    void a_task_queue_that_no_worker_polls_is_named_with_what_would_start_one() {
        Done done = expand(terminal(), "--task-queue", "slotfery");

        assertThat(done.all().replace(temporal.address(), "{temporal}")).isEqualTo("""
                No worker polls task queue "slotfery"; waiting 8 s for one. Start it: slotferry worker --task-queue slotfery
                Error: No worker polls task queue "slotfery" in namespace "default" at {temporal}; nothing was started.
                Next: slotferry worker --task-queue slotfery (or slotferry up), with the same TEMPORAL_* settings, then this command again
                """);
        assertThat(done.exit()).isEqualTo(7);
    }

    @Test
    void a_run_that_waits_for_a_worker_says_so_and_closes_with_its_message_when_one_comes() {
        WebForm form = new WebForm(link.client());
        WorkflowExecution run = form.start("waits-for-a-worker", "night-queue", Optional.of("{}"));

        Done waiting = terminal().run("status", "waits-for-a-worker");
        SlotferryWorker late = startWorker("night-queue");
        Failure failure = form.failure(run);
        late.stop(Duration.ofSeconds(5));

        assertThat(waiting.all()).isEqualTo("""
                waits-for-a-worker: no worker answers; the run waits for one
                Start one: slotferry worker --task-queue night-queue
                """);
        assertThat(waiting.exit()).isEqualTo(7);
        assertThat(failure.getApplicationFailureInfo().getType()).isEqualTo("BAD_REQUEST");
    }

    @Test
    void a_run_from_the_web_ui_is_found_by_its_clusters_name_alone() {
        LocalNode master = cluster.startSpare();
        WorkflowExecution run = new WebForm(link.client())
                .start(
                        "as-typed-into-the-form",
                        "slotferry",
                        Optional.of(request("found", master, ", \"approval\": \"REQUIRED\"")));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        terminal().run("status", "found").out())
                .contains("waits for approval")
                .contains("Run as-typed-into-the-form (" + run.getRunId() + ")")
                .contains(
                        "You can: slotferry approve as-typed-into-the-form | slotferry cancel as-typed-into-the-form"));
        assertThat(terminal().run("cancel", "found").exit()).isZero();
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(terminal().run("watch", "found").out()).contains("found: STOPPED"));
    }

    @Test
    void a_watch_outlives_the_death_of_the_temporal_server() {
        LocalNode master = cluster.startSpare();
        new WebForm(link.client())
                .start(
                        "expand-watched",
                        "slotferry",
                        Optional.of(
                                request(
                                        "watched",
                                        master,
                                        ", \"approval\": \"NONE\", \"batch\": {\"slots\": 500}, \"pacing\": {\"pause\": \"PT1S\"}")));
        RefusalsTerminal terminal = terminal();
        CompletableFuture<Done> watching = CompletableFuture.supplyAsync(() -> terminal.run("watch", "watched"));
        String away = "Temporal at " + temporal.address()
                + " does not answer (UNAVAILABLE); trying again. What the worker has in hand goes on meanwhile.\n";

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(terminal.soFar()).containsPattern("batch [2-7] of 9"));
        temporal.kill();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(terminal.soFar()).contains(away));
        temporal.start();
        Done done = watching.join();

        assertThat(done.out()).containsOnlyOnce(away);
        String afterwards = done.out().substring(done.out().indexOf(away) + away.length());
        assertThat(afterwards)
                .contains("watched: COMPLETED in ")
                .contains("Moved 4,096 of 4,096 slots in 9 of 9 batches");
        assertThat(done.err()).isEmpty();
        assertThat(done.exit()).isZero();
    }
}
