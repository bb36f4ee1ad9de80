package io.slotferry.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class WorkerCommandTest {
    @Test
    void a_configuration_that_cannot_be_used_ends_it_with_what_to_type_next(@TempDir Path folder) throws IOException {
        Path empty = Files.createFile(folder.resolve("temporal.toml"));
        StringWriter err = new StringWriter();

        int exit = new CommandLine(new WorkerCommand(Map.of("TEMPORAL_CONFIG_FILE", empty.toString())))
                .setErr(new PrintWriter(err))
                .execute();

        assertThat(err.toString()).isEqualToNormalizingNewlines("""
                Temporal's configuration cannot be used: %s holds no profile
                Next: write [profile.default] into it, with address = "HOST:PORT" below; or delete it
                """.formatted(empty));
        assertThat(exit).isEqualTo(2);
    }
}
