package io.slotferry.starter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SurroundingsTest {
    private static final Terminal PERSON = new Terminal() {
        @Override
        public boolean interactive() {
            return true;
        }

        @Override
        public int width() {
            return DEFAULT_WIDTH;
        }

        @Override
        public Optional<String> ask(String question) {
            return Optional.empty();
        }
    };

    @Test
    void colours_are_for_a_terminal_whose_user_did_not_object() {
        assertThat(at(PERSON, Map.of("TERM", "xterm")).colour()).isTrue();
        assertThat(at(PERSON, Map.of("TERM", "xterm", "NO_COLOR", "")).colour()).isTrue();
        assertThat(at(PERSON, Map.of("TERM", "xterm", "NO_COLOR", "1")).colour())
                .isFalse();
        assertThat(at(PERSON, Map.of("TERM", "dumb")).colour()).isFalse();
        assertThat(at(Terminal.none(), Map.of("TERM", "xterm")).colour()).isFalse();
    }

    @Test
    void who_wants_no_colours_still_gets_a_display_that_is_redrawn() {
        assertThat(at(PERSON, Map.of("TERM", "xterm", "NO_COLOR", "1")).movable())
                .isTrue();
        assertThat(Style.of(false).bad("halted")).isEqualTo("halted");
        assertThat(Style.of(true).bad("halted")).isEqualTo("\u001b[31mhalted\u001b[0m");
    }

    private static Surroundings at(Terminal terminal, Map<String, String> environment) {
        return new Surroundings(environment, terminal, InputStream.nullInputStream());
    }
}
