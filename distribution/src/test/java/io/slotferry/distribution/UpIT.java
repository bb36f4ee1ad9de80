package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.servers.PortLease;
import io.slotferry.workflows.contract.Release;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The background processes of a user's machine, by commands that are processes of their own. */
class UpIT {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @TempDir
    private Path folder;

    private final PortLease port = PortLease.take("127.0.0.1");
    private final PortLease uiPort = PortLease.take("127.0.0.1");
    private final List<String> ports =
            List.of("--port", Integer.toString(port.port()), "--ui-port", Integer.toString(uiPort.port()));

    @AfterEach
    void down() throws Exception {
        slotferry("down");
        port.close();
        uiPort.close();
    }

    private record Done(int exit, String out, String err) {
        JsonNode json() throws IOException {
            return SlotferryJson.mapper().readTree(out);
        }
    }

    @Test
    void what_was_started_goes_on_without_the_command_is_started_once_and_keeps_its_runs() throws Exception {
        Done up = slotferry("up", "--json");
        assertThat(up.exit()).as(up.err()).isZero();
        assertThat(up.json().at("/temporal/state").asText()).isEqualTo("started");
        assertThat(up.json().at("/worker/state").asText()).isEqualTo("started");
        assertThat(up.err()).contains("export TEMPORAL_ADDRESS=127.0.0.1:" + port.port());

        Done again = slotferry("up", "--json");
        assertThat(again.json().at("/temporal/state").asText()).isEqualTo("running");
        assertThat(again.json().at("/temporal/pid")).isEqualTo(up.json().at("/temporal/pid"));
        assertThat(again.json().at("/worker/state").asText()).isEqualTo("running");
        assertThat(again.json().at("/worker/pid")).isEqualTo(up.json().at("/worker/pid"));

        assertThat(slotferry("up").out())
                .isEqualTo(screen("""
                temporal  127.0.0.1:{port}, was running (process {temporal}), runs are kept in {folder}/slotferry/temporal.db
                web ui    http://127.0.0.1:{ui-port}
                          starts a run: http://127.0.0.1:{ui-port}/namespaces/default/workflows/start-workflow?taskQueue=slotferry&workflowType=ExpandCluster
                          commands find it by: export TEMPORAL_ADDRESS=127.0.0.1:{port}
                          links to it: export TEMPORAL_UI_URL=http://127.0.0.1:{ui-port}
                worker    task queue slotferry, was running (process {worker})
                They go on without this command. slotferry doctor looks at them, slotferry logs -f reads along, slotferry down stops them.
                """)
                        .replace("{temporal}", up.json().at("/temporal/pid").asText())
                        .replace("{worker}", up.json().at("/worker/pid").asText()));

        Done doctor = slotferry("doctor", "--name", "nowhere", "--seed", "127.0.0.1:1");
        assertThat(doctor.out())
                .contains("PASS      worker", Release.current().toString(), "PASS      search-attributes")
                .contains("FAIL      cluster", "seen from the worker: 127.0.0.1:1 does not answer");
        assertThat(doctor.exit()).isEqualTo(3);
        assertThat(slotferry("logs", "worker", "--lines", "100000").out()).contains("worker ready: namespace default");

        Done down = slotferry("down", "--json");
        assertThat(down.json().at("/worker").asText()).isEqualTo("stopped");
        assertThat(down.json().at("/temporal").asText()).isEqualTo("stopped");
        Assertions.assertThatExceptionOfType(ConnectException.class)
                .isThrownBy(() -> new Socket(HERE, port.port()).close());
        assertThat(slotferry("down").out()).isEqualTo(screen("""
                worker    not running
                temporal  not running; runs are kept in {folder}/slotferry/temporal.db
                """));

        assertThat(slotferry("up", "--quiet").exit()).isZero();
        assertThat(slotferry("status", "checks-nowhere").out()).contains("nowhere");
    }

    @Test
    void a_port_that_somebody_else_has_is_named_with_whom_to_ask_and_which_option_to_use() throws Exception {
        try (ServerSocket other = new ServerSocket(port.port(), 1, HERE)) {
            Done up = slotferry("up");

            String taken = Integer.toString(other.getLocalPort());
            assertThat(up.err())
                    .contains("Error: Port " + taken + " of 127.0.0.1 is taken by another process.")
                    .contains("ss -ltnp 'sport = :" + taken + "'", "TEMPORAL_ADDRESS=127.0.0.1:" + taken)
                    .contains("slotferry up --port N");
            assertThat(up.exit()).isEqualTo(8);
        }
        try (ServerSocket other = new ServerSocket(uiPort.port(), 1, HERE)) {
            assertThat(slotferry("up").err())
                    .contains("Error: Port " + other.getLocalPort() + " of 127.0.0.1 is taken by another process.")
                    .contains("slotferry up --ui-port N")
                    .doesNotContain("TEMPORAL_ADDRESS");
        }
    }

    private String screen(String text) {
        return text.replace("{port}", Integer.toString(port.port()))
                .replace("{ui-port}", Integer.toString(uiPort.port()))
                .replace("{folder}", folder.toString());
    }

    private Done slotferry(String command, String... more) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                Slotferry.class.getName(),
                command));
        if (command.equals("up")) {
            line.addAll(ports);
        }
        line.addAll(List.of(more));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("XDG_DATA_HOME", folder.toString());
        builder.environment().put("XDG_STATE_HOME", folder.toString());
        builder.environment()
                .put("TEMPORAL_CONFIG_FILE", folder.resolve("none.toml").toString());
        if (!List.of("up", "down").contains(command)) {
            builder.environment().put("TEMPORAL_ADDRESS", "127.0.0.1:" + port.port());
        }
        int exit = builder.start().waitFor();
        return new Done(exit, Files.readString(out), Files.readString(err));
    }

    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
