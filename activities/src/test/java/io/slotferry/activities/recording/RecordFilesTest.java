package io.slotferry.activities.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFilesTest {
    @TempDir
    Path folder;

    @Test
    void a_record_stands_beside_the_reports_and_reads_back_as_it_was() throws IOException {
        RunRecord record = SomeRecord.of("expand-orders", "run-1");

        Path file = new RecordFiles(folder.resolve("reports")).write(record);

        assertThat(file).isEqualTo(folder.resolve("reports/expand-orders-run-1-state.json"));
        assertThat(SlotferryJson.mapper().readValue(Files.readString(file), RunRecord.class))
                .isEqualTo(record);
    }

    @Test
    void writing_again_replaces_the_file_and_leaves_nothing_beside_it() throws IOException {
        RecordFiles records = new RecordFiles(folder);
        records.write(SomeRecord.of("expand-orders", "run-1"));
        records.write(SomeRecord.of("expand-orders", "run-1"));

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void a_folder_that_cannot_be_written_ends_the_run_with_what_to_do() throws IOException {
        Path taken = Files.writeString(folder.resolve("reports"), "a file");

        assertThatThrownBy(() -> new RecordFiles(taken).write(SomeRecord.of("expand-orders", "run-1")))
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo(FailureKind.RECORD_NOT_WRITTEN.name());
                    assertThat(failure.getOriginalMessage())
                            .contains(taken.toString(), "nothing was touched", "--reports-dir");
                });
    }
}
