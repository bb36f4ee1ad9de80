package io.slotferry.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What names a node. */
class NodeIdTest {
    private static final String ID = "0123456789abcdef0123456789abcdef01234567";

    @Test
    void forty_hexadecimal_digits_name_a_node() {
        assertThat(new NodeId(ID).value()).isEqualTo(ID);
        assertThat(new NodeId(ID).brief()).isEqualTo("01234567");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0123456789abcdef0123456789abcdef0123456",
                "0123456789abcdef0123456789abcdef012345678",
                "0123456789ABCDEF0123456789abcdef01234567",
                "0123456789abcdeg0123456789abcdef01234567",
                "0123456789abcdef 123456789abcdef01234567",
                "0123456789abcdef0123456789abcdef0123456\n"
            })
    void anything_else_is_refused_and_shown(String text) {
        assertThatThrownBy(() -> new NodeId(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("40 hexadecimal digits")
                .hasMessageContaining(text);
    }
}
