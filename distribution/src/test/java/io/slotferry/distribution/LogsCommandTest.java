package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LogsCommandTest {
    @TempDir
    private Path folder;

    @Test
    void the_ends_of_both_logs_are_shown_each_line_with_its_name() throws IOException {
        write();

        assertThat(logs("--lines", "2")).isEqualTo("""
                temporal | temporal 2
                temporal | temporal 3
                worker | worker 2
                worker | worker 3
                """);
    }

    @Test
    void one_log_alone_is_shown_as_it_is() throws IOException {
        write();

        assertThat(logs("worker")).isEqualTo("worker 1\nworker 2\nworker 3\n");
        JsonNode line = SlotferryJson.mapper().readTree(logs("worker", "-n", "1", "--json"));
        assertThat(line.get("event").asText()).isEqualTo("log");
        assertThat(line.get("of").asText()).isEqualTo("worker");
        assertThat(line.get("line").asText()).isEqualTo("worker 3");
    }

    @Test
    void where_nothing_was_started_the_command_that_does_is_named() {
        assertThat(logs())
                .isEqualTo("Error: There is no log in " + folder.resolve("slotferry") + ".\nNext: slotferry up\n");
    }

    private void write() throws IOException {
        Background.Files files =
                DataFolder.of(Map.of("XDG_DATA_HOME", folder.toString())).files();
        for (Map.Entry<String, Path> log : files.logs().entrySet()) {
            Files.createDirectories(log.getValue().getParent());
            Files.writeString(log.getValue(), "%1$s 1\n%1$s 2\n%1$s 3\n".formatted(log.getKey()));
        }
    }

    private String logs(String... arguments) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said, true);
        new CommandLine(new LogsCommand(Map.of("XDG_DATA_HOME", folder.toString())))
                .setOut(writer)
                .setErr(writer)
                .execute(arguments);
        return said.toString();
    }
}
