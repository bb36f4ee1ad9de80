package io.slotferry.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashesTest {
    @Test
    void a_crash_report_is_found_with_what_failed(@TempDir Path folder) throws IOException {
        Path log = Files.writeString(folder.resolve("log"), """
                3870:M 21 Nov 2026 19:55:40.587 * Failover auth granted to 170dd5a7 () for epoch 6


                === REDIS BUG REPORT START: Cut & paste starting from here ===
                3870:M 21 Nov 2026 19:55:40.587 # === ASSERTION FAILED ===
                3870:M 21 Nov 2026 19:55:40.587 # ==> server.c:3600 '!(isPausedActions(PAUSE_ACTION_REPLICA))' is not true

                ------ STACK TRACE ------
                """);

        assertThat(Crashes.reports(log))
                .containsExactly("server.c:3600 '!(isPausedActions(PAUSE_ACTION_REPLICA))' is not true");
    }

    @Test
    void a_crash_by_a_signal_is_found_too(@TempDir Path folder) throws IOException {
        Path log = Files.writeString(folder.resolve("log"), """
                === VALKEY BUG REPORT START: Cut & paste starting from here ===
                7:M 21 Nov 2026 19:55:40.587 # valkey 9.1.2 crashed by signal: 11, si_code: 1
                7:M 21 Nov 2026 19:55:40.587 # Accessing address: 0x8
                """);

        assertThat(Crashes.reports(log)).containsExactly("valkey 9.1.2 crashed by signal: 11, si_code: 1");
    }

    @Test
    void a_log_without_a_report_or_no_log_at_all_has_none(@TempDir Path folder) throws IOException {
        assertThat(Crashes.reports(Files.writeString(folder.resolve("log"), "all is well\n")))
                .isEmpty();
        assertThat(Crashes.reports(folder.resolve("other"))).isEmpty();
    }
}
