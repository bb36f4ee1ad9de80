package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

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

class UpCommandTest {
    @Test
    void a_configuration_that_cannot_be_used_ends_it_with_what_to_type_next_and_nothing_is_started(@TempDir Path folder)
            throws IOException {
        Path empty = Files.createFile(folder.resolve("temporal.toml"));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();

        int exit = new CommandLine(new UpCommand(
                        Map.of("TEMPORAL_CONFIG_FILE", empty.toString(), "XDG_DATA_HOME", folder.toString())))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("--json");

        String message = """
                Temporal's configuration cannot be used: %s holds no profile
                Next: write [profile.default] into it, with address = "HOST:PORT" below; or delete it""".formatted(empty);
        assertThat(err.toString()).isEqualToNormalizingNewlines("Error: " + message + "\n");
        assertThat(SlotferryJson.mapper()
                        .readTree(out.toString())
                        .path("message")
                        .asText())
                .isEqualTo(message);
        assertThat(exit).isEqualTo(2);
        assertThat(folder.resolve("slotferry")).isDirectoryNotContaining("glob:**temporal.{db,log}");
    }
}
