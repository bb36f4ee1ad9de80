package io.slotferry.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class LocalTemporalIT {
    @Test
    void a_run_is_still_listed_after_the_server_was_killed_and_started_again() throws Exception {
        try (TemporalProcess server = LocalTemporal.builder()
                .namespace("night")
                .searchAttribute("SlotferryCluster", "Keyword")
                .startProcessOrSkip(TestAbortedException::new)) {
            long firstPid = server.pid();
            WorkflowServiceStubs stubs = stubs(server);
            try {
                WorkflowClient client = WorkflowClient.newInstance(
                        stubs,
                        WorkflowClientOptions.newBuilder()
                                .setNamespace(server.namespace())
                                .build());
                client.newUntypedWorkflowStub(
                                "Nobody",
                                WorkflowOptions.newBuilder()
                                        .setWorkflowId("survivor")
                                        .setTaskQueue("nobody")
                                        .build())
                        .start();

                server.kill();
                assertThat(server.isAlive()).isFalse();
                server.start();

                assertThat(server.pid()).isNotEqualTo(firstPid);
                Awaitility.await()
                        .atMost(Duration.ofMinutes(3))
                        .ignoreExceptions()
                        .untilAsserted(() -> assertThat(client.listExecutions("WorkflowId = 'survivor'"))
                                .hasSize(1));
            } finally {
                stubs.shutdownNow();
            }
            assertThat(HttpClient.newHttpClient()
                            .send(
                                    HttpRequest.newBuilder(
                                                    URI.create(server.uiUrl().orElseThrow()))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isLessThan(400);
            assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void the_in_memory_server_answers_on_its_port_and_says_what_it_lacks() {
        try (InMemoryTemporal server = new InMemoryTemporal("default")) {
            WorkflowServiceStubs stubs = stubs(server);
            try {
                assertThat(stubs.getServerCapabilities().get()).isNotNull();
            } finally {
                stubs.shutdownNow();
            }
            assertThat(server.missing()).anyMatch(line -> line.contains("Web UI"));
            assertThat(server.kind()).isEqualTo(LocalTemporal.Kind.IN_MEMORY);
        }
    }

    @Test
    void a_configured_server_is_used_as_it_is() {
        try (TemporalProcess server = LocalTemporal.builder().startProcessOrSkip(TestAbortedException::new);
                LocalTemporal configured =
                        LocalTemporal.builder().address(server.address()).start()) {
            assertThat(configured.kind()).isEqualTo(LocalTemporal.Kind.CONFIGURED);
            configured.close();
            assertThat(server.isAlive()).isTrue();
        }
    }

    @Test
    void a_released_server_stays_when_it_is_closed(@TempDir Path folder) {
        TemporalProcess server = LocalTemporal.builder().folder(folder).startProcessOrSkip(TestAbortedException::new);
        try {
            server.release();
            server.close();
            assertThat(server.isAlive()).isTrue();
        } finally {
            server.kill();
        }
        assertThat(server.database()).exists();
    }

    @Test
    void a_configured_server_that_does_not_answer_is_refused_with_its_address() {
        assertThatThrownBy(() -> LocalTemporal.builder().address("127.0.0.1:1").start())
                .isInstanceOf(ServerStartException.class)
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("host:port");
        assertThatThrownBy(() -> LocalTemporal.builder().address("nonsense").start())
                .isInstanceOf(ServerStartException.class)
                .hasMessageContaining("nonsense");
    }

    @Test
    void a_server_that_refuses_its_arguments_is_reported_with_its_log(@TempDir Path folder) {
        assertThatThrownBy(() -> LocalTemporal.builder()
                        .arguments("--no-such-flag")
                        .folder(folder)
                        .startProcessOrSkip(TestAbortedException::new))
                .isInstanceOf(ServerStartException.class)
                .hasMessageContaining("ended with exit code")
                .hasMessageContaining("no-such-flag");
    }

    private static WorkflowServiceStubs stubs(LocalTemporal server) {
        return WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(server.address())
                .build());
    }
}
