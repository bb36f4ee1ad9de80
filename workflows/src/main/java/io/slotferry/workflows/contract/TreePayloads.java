package io.slotferry.workflows.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.DataConverterException;
import io.temporal.common.converter.PayloadConverter;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Optional;

/**
 * Reads any payload as a tree where a tree is wanted, whatever encoding somebody chose in the Web UI's form: what cannot be
 * read is a text, so that the request is refused instead of the workflow's task failing for ever.
 */
record TreePayloads(PayloadConverter wrapped) implements PayloadConverter {
    @Override
    public String getEncodingType() {
        return wrapped.getEncodingType();
    }

    @Override
    public Optional<Payload> toData(Object value) throws DataConverterException {
        return wrapped.toData(value);
    }

    @Override
    public <T> T fromData(Payload content, Class<T> valueClass, Type valueType) throws DataConverterException {
        return valueClass == JsonNode.class
                ? valueClass.cast(tree(content))
                : wrapped.fromData(content, valueClass, valueType);
    }

    private static JsonNode tree(Payload content) {
        try {
            return SlotferryJson.mapper().readTree(content.getData().toByteArray());
        } catch (IOException e) {
            return TextNode.valueOf("unreadable");
        }
    }
}
