package io.slotferry.servers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class WantedServerTest {
    @Test
    void a_missing_server_fails_the_test_in_ci() {
        assertThat(WantedServer.missing("No server.", true, TestAbortedException::new))
                .isInstanceOf(ServerStartException.class)
                .hasMessage("No server. CI must have it.");
    }

    @Test
    void a_missing_server_has_the_test_skipped_with_the_reason_elsewhere() {
        assertThat(WantedServer.missing("No server.", false, TestAbortedException::new))
                .isInstanceOf(TestAbortedException.class)
                .hasMessage("No server.");
    }
}
