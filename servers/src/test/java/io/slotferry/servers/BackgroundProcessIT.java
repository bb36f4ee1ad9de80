package io.slotferry.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackgroundProcessIT {
    private static final Duration LONG = Duration.ofMinutes(3);

    @TempDir
    private Path folder;

    private BackgroundProcess process;

    @AfterEach
    void stop() {
        if (process != null) {
            process.stop(Duration.ZERO);
        }
    }

    @Test
    void it_is_found_again_by_what_was_written_down_and_ends_by_sigterm() throws IOException {
        process = start("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
        await().atMost(LONG).until(() -> log().contains("ready"));

        BackgroundProcess found = new BackgroundProcess(process.pid(), process.started(), process.mark());
        assertThat(found.runs()).isTrue();
        assertThat(found.stop(LONG)).isTrue();
        assertThat(found.runs()).isFalse();
        assertThat(log()).contains("bye");
    }

    @Test
    void one_that_does_not_end_is_killed_and_that_is_said() {
        process = start("trap '' TERM; echo ready; while :; do sleep 0.05; done");
        await().atMost(LONG).until(() -> log().contains("ready"));

        assertThat(process.stop(Duration.ofMillis(200))).isFalse();
        assertThat(process.runs()).isFalse();
    }

    @Test
    void another_process_that_has_got_the_same_id_is_left_alone() {
        process = start("echo ready; while :; do sleep 0.05; done");
        await().atMost(LONG).until(() -> log().contains("ready"));

        BackgroundProcess before =
                new BackgroundProcess(process.pid(), process.started().minusSeconds(3_600), process.mark());
        BackgroundProcess other = new BackgroundProcess(process.pid(), process.started(), "another mark");
        for (BackgroundProcess gone : List.of(before, other)) {
            assertThat(gone.runs()).isFalse();
            assertThat(gone.stop(Duration.ZERO)).isTrue();
        }
        assertThat(process.runs()).isTrue();
    }

    private BackgroundProcess start(String script) {
        String mark = folder.toString();
        return BackgroundProcess.start(
                List.of("sh", "-c", script, mark), Map.of(), folder, folder.resolve("log"), mark);
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }
}
