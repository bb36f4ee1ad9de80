package io.slotferry.starter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionTest {
    @TempDir
    private Path folder;

    @Test
    void a_configuration_that_cannot_be_used_is_told_with_what_to_type_next() throws IOException {
        Path empty = Files.createFile(folder.resolve("temporal.toml"));
        Cli cli = new Cli("127.0.0.1:1").with("TEMPORAL_CONFIG_FILE", empty.toString());

        for (Cli.Done done : new Cli.Done[] {
            cli.run(StatusCommand::new, "orders"), cli.run(DoctorCommand::new),
        }) {
            assertThat(done.err()).isEqualToNormalizingNewlines("""
                    Error: Temporal's configuration cannot be used: %s holds no profile
                    Next: write [profile.default] into it, with address = "HOST:PORT" below; or delete it
                    """.formatted(empty));
            assertThat(done.code()).isEqualTo(2);
        }
        assertThat(cli.run(StatusCommand::new, "orders", "--json")
                        .event("error")
                        .path("next")
                        .asText())
                .startsWith("write [profile.default] into it");
    }
}
