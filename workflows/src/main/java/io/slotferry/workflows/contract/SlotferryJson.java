package io.slotferry.workflows.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import io.temporal.common.converter.ByteArrayPayloadConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.converter.JacksonJsonPayloadConverter;
import io.temporal.common.converter.ProtobufJsonPayloadConverter;
import io.temporal.common.converter.ProtobufPayloadConverter;
import java.io.IOException;
import java.util.function.Function;

/**
 * How slotferry's values are written as JSON, the same in Temporal's history, in files and in {@code --json}: addresses
 * {@code host:port}, slots {@code 0-99,200},
 * sizes {@code 10MB}, durations and instants ISO-8601, what is absent left out.
 */
public final class SlotferryJson {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .addModule(new SimpleModule("slotferry")
                    .addSerializer(new TextSerializer<>(NodeId.class))
                    .addDeserializer(NodeId.class, new TextDeserializer<>(NodeId.class, NodeId::new))
                    .addSerializer(new TextSerializer<>(NodeAddress.class))
                    .addDeserializer(NodeAddress.class, new TextDeserializer<>(NodeAddress.class, NodeAddress::parse))
                    .addSerializer(new TextSerializer<>(ByteSize.class))
                    .addDeserializer(ByteSize.class, new TextDeserializer<>(ByteSize.class, ByteSize::parse))
                    .addSerializer(new TextSerializer<>(SlotRanges.class))
                    .addDeserializer(SlotRanges.class, new TextDeserializer<>(SlotRanges.class, SlotRanges::parse)))
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            // A field that a later release added must not wedge a worker of an earlier one.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(JsonInclude.Value.construct(Include.NON_ABSENT, Include.NON_ABSENT))
            .build();

    private SlotferryJson() {}

    /** The one mapper; not to be reconfigured. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** For every WorkflowClient and every worker. */
    public static DataConverter dataConverter() {
        return DefaultDataConverter.newDefaultInstance()
                .withPayloadConverterOverrides(
                        new TreePayloads(new ByteArrayPayloadConverter()),
                        new TreePayloads(new ProtobufJsonPayloadConverter()),
                        new TreePayloads(new ProtobufPayloadConverter()),
                        new TreePayloads(new JacksonJsonPayloadConverter(MAPPER)));
    }

    private static final class TextSerializer<T> extends StdSerializer<T> {
        TextSerializer(Class<T> type) {
            super(type);
        }

        @Override
        public void serialize(T value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(value.toString());
        }
    }

    private static final class TextDeserializer<T> extends StdDeserializer<T> {
        private final transient Function<String, T> read;

        TextDeserializer(Class<T> type, Function<String, T> read) {
            super(type);
            this.read = read;
        }

        @Override
        public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
            String text = json.getValueAsString("");
            try {
                return read.apply(text);
            } catch (IllegalArgumentException e) {
                throw context.weirdStringException(text, handledType(), e.getMessage());
            }
        }
    }
}
