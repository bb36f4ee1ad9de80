package io.slotferry.activities.redis;

import io.slotferry.activities.redis.MigrationJobs.Job;
import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.activities.redis.MigrationJobs.Stage;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads what servers answer of atomic slot migrations: maps, as RESP2 lists them, of names and values. */
final class MigrationText {
    private MigrationText() {}

    /** Of one job in an answer of CLUSTER GETSLOTMIGRATIONS or CLUSTER MIGRATION STATUS. */
    static String id(Kind kind, Object raw) {
        String name = idField(kind);
        List<?> parts = (List<?>) raw;
        for (int i = 0; i + 1 < parts.size(); i += 2) {
            if (scalar(parts.get(i)).equals(name)) {
                return scalar(parts.get(i + 1));
            }
        }
        return "";
    }

    private static String idField(Kind kind) {
        return kind == Kind.MIGRATESLOTS ? "name" : "id";
    }

    /** The job in full. */
    static Job job(Kind kind, Object raw) {
        Map<String, String> fields = fields(raw);
        boolean valkey = kind == Kind.MIGRATESLOTS;
        String state = field(fields, "state");
        boolean exported = field(fields, "operation").toLowerCase(Locale.ROOT).matches("export|migrate");
        return new Job(
                field(fields, idField(kind)),
                exported,
                node(field(fields, valkey ? "source_node" : "source")),
                node(field(fields, valkey ? "target_node" : "dest")),
                slots(field(fields, valkey ? "slot_ranges" : "slots")),
                stage(kind, exported, state.toLowerCase(Locale.ROOT)),
                state,
                field(fields, valkey ? "message" : "last_error"));
    }

    private static Map<String, String> fields(Object job) {
        Map<String, String> fields = new LinkedHashMap<>();
        List<?> parts = (List<?>) job;
        for (int i = 0; i + 1 < parts.size(); i += 2) {
            fields.put(scalar(parts.get(i)), scalar(parts.get(i + 1)));
        }
        return fields;
    }

    private static String scalar(Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
    }

    private static String field(Map<String, String> fields, String name) {
        return fields.getOrDefault(name, "");
    }

    /** A job that has only begun may not say yet where it comes from. */
    private static NodeId node(String id) {
        return new NodeId(id.matches("[0-9a-f]{40}") ? id : "0".repeat(40));
    }

    private static SlotRanges slots(String ranges) {
        return SlotRanges.parse(ranges.strip().replaceAll("[\\s,]+", ","));
    }

    private static Stage stage(Kind kind, boolean exported, String state) {
        return switch (state) {
            case "success", "completed" -> Stage.SUCCEEDED;
            case "cancelled", "canceled" -> Stage.FAILED;
            case "failed" -> kind == Kind.IMPORT && !exported ? Stage.FAILING : Stage.FAILED;
            default -> Stage.RUNNING;
        };
    }
}
