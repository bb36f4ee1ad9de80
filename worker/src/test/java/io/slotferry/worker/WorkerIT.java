package io.slotferry.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.slotferry.activities.recording.SearchAttributes;
import io.slotferry.servers.LocalTemporal;
import io.slotferry.servers.TemporalProcess;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The worker as a process of its own, on a real Temporal. */
class WorkerIT {
    private static final Duration LONG = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    private TemporalProcess temporal;
    private Process worker;

    @BeforeEach
    void startTemporal() {
        temporal = LocalTemporal.builder().startProcess();
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        if (worker != null) {
            worker.destroyForcibly().waitFor();
        }
        temporal.close();
    }

    @Test
    void a_worker_says_when_it_polls_registers_search_attributes_and_ends_with_0_on_sigterm() throws Exception {
        startWorker(temporal.address());
        awaitOutput("worker ready: namespace default at " + temporal.address() + ", task queue slotferry");

        withClient(client -> await().atMost(LONG).untilAsserted(() -> assertThat(new SearchAttributes(client).usable())
                .hasSize(3)));

        worker.destroy();
        assertThat(worker.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(worker.exitValue()).isZero();
        assertThat(output()).contains("Stopping: no new work is taken", "Stopped; nothing is left in hand.");
    }

    @Test
    void a_worker_that_is_asked_for_metrics_says_where_and_answers_there() throws Exception {
        startWorker(temporal.address(), "--metrics", "0");
        awaitOutput("worker ready: ");
        String url = output().replaceAll("(?s).*, metrics (http://127\\.0\\.0\\.1:\\d+/metrics).*", "$1");

        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
    }

    @Test
    void a_worker_whose_address_for_metrics_cannot_be_used_says_so_and_ends_with_2() throws Exception {
        startWorker(temporal.address(), "--metrics", "nowhere");

        assertThat(worker.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(worker.exitValue()).isEqualTo(2);
        assertThat(output())
                .contains("Metrics cannot be answered at nowhere: not HOST:PORT or PORT\n"
                        + "Next: name another address by --metrics or SLOTFERRY_METRICS");
    }

    @Test
    void a_worker_without_its_server_says_what_is_missing_and_polls_once_it_is_there() throws Exception {
        String address = temporal.address();
        temporal.kill();
        startWorker(address);
        awaitOutput("Temporal at " + address + " does not answer (UNAVAILABLE); trying again until it does. "
                + "Next: slotferry up starts one on this machine; or set TEMPORAL_ADDRESS to where it is");

        temporal.start();
        awaitOutput("worker ready: ");
    }

    @Test
    void a_worker_that_never_reached_its_server_ends_with_0_on_sigterm() throws Exception {
        startWorker("127.0.0.1:1");
        awaitOutput("does not answer");

        worker.destroy();
        assertThat(worker.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(worker.exitValue()).isZero();
    }

    @Test
    void a_request_typed_with_errors_closes_the_run_with_every_problem() throws Exception {
        startWorker(temporal.address());
        awaitOutput("worker ready: ");
        withClient(client -> {
            WorkflowStub run = client.newUntypedWorkflowStub(
                    Names.EXPAND_CLUSTER,
                    WorkflowOptions.newBuilder().setTaskQueue(Names.TASK_QUEUE).build());
            run.start(Map.of("cluster", Map.of("name", "orders", "sedes", List.of()), "backup", 5));

            Throwable failure = catchThrowable(() -> run.getResult(LONG.toSeconds(), TimeUnit.SECONDS, Object.class));

            assertThat(Failures.haltOf(failure).kind()).isEqualTo(FailureKind.BAD_REQUEST);
            assertThat(Failures.haltOf(failure).text()).contains("cluster.sedes", "cluster.seeds", "backup");
        });
    }

    /** With the small heap that a worker must do with. */
    private void startWorker(String address, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("TEMPORAL_ADDRESS", address);
        builder.environment().put("XDG_STATE_HOME", folder.toString());
        worker = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
    }

    private void awaitOutput(String text) {
        await().atMost(LONG).untilAsserted(() -> assertThat(output()).contains(text));
    }

    private String output() throws IOException {
        return new String(Files.readAllBytes(folder.resolve("output")), StandardCharsets.UTF_8);
    }

    private void withClient(Consumer<WorkflowClient> work) {
        WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.address())
                .build());
        try {
            work.accept(WorkflowClient.newInstance(
                    stubs,
                    WorkflowClientOptions.newBuilder()
                            .setDataConverter(SlotferryJson.dataConverter())
                            .build()));
        } finally {
            stubs.shutdownNow();
        }
    }

    /** As the distribution runs the command. */
    public static final class Main {
        private Main() {}

        public static void main(String[] args) {
            System.exit(new CommandLine(new WorkerCommand()).execute(args));
        }
    }
}
