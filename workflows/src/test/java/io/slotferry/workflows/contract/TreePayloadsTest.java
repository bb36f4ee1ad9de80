package io.slotferry.workflows.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.slotferry.planning.NodeAddress;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.DataConverter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreePayloadsTest {
    private final DataConverter converter = SlotferryJson.dataConverter();

    @ParameterizedTest
    @ValueSource(strings = {"json/plain", "json/protobuf", "binary/plain", "binary/protobuf"})
    void a_tree_is_read_whatever_the_encoding_says(String encoding) {
        assertThat(tree(encoding, "{\"cluster\": 7}").path("cluster").asInt()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"json/plain", "json/protobuf", "binary/plain", "binary/protobuf"})
    void what_is_no_json_is_a_text_that_the_reader_refuses(String encoding) {
        assertThat(tree(encoding, "{'half").isTextual()).isTrue();
    }

    @Test
    void other_values_are_written_and_read_as_ever() {
        NodeAddress address = new NodeAddress("10.0.0.1", 7000);

        Payload payload = converter.toPayload(address).orElseThrow();

        assertThat(payload.getData().toStringUtf8()).isEqualTo("\"10.0.0.1:7000\"");
        assertThat(converter.fromPayload(payload, NodeAddress.class, NodeAddress.class))
                .isEqualTo(address);
    }

    private JsonNode tree(String encoding, String text) {
        Payload payload = Payload.newBuilder()
                .putMetadata("encoding", ByteString.copyFromUtf8(encoding))
                .setData(ByteString.copyFromUtf8(text))
                .build();
        return converter.fromPayload(payload, JsonNode.class, JsonNode.class);
    }
}
