package io.slotferry.activities.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.slotferry.planning.Shard;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.Backup.Part;
import io.slotferry.workflows.contract.BackupOrder;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * The files of one backup in its store: {@code CLUSTER/TIME-RUN/NODE.rdb}, beside each {@code NODE.rdb.json} with what was
 * proven of it, and at last {@code manifest.json}.
 */
final class BackupFiles {
    static final String MANIFEST = "manifest.json";

    /** What giving a file its name may take, when the attempt's right to do it is asked for. */
    static final Duration LONGEST_COMPLETION = Duration.ofSeconds(2);

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final ObjectWriter JSON = SlotferryJson.mapper().writerWithDefaultPrettyPrinter();

    private final BackupStore store;
    private final String name;

    BackupFiles(BackupStore store, BackupOrder order) {
        this.store = store;
        String run = order.runId().replaceAll("[^A-Za-z0-9]", "");
        this.name = order.cluster() + "/" + TIME.format(order.orderedAt()) + "-"
                + run.substring(0, Math.min(8, run.length()));
    }

    BackupStore store() {
        return store;
    }

    /** Where they are, for a person. */
    String place() {
        return store.place(name);
    }

    /** As the store knows it. */
    String name(String file) {
        return name + "/" + file;
    }

    void discardIncomplete() {
        store.discardIncomplete(name);
    }

    /** What an earlier attempt finished of this shard as it is now. */
    Optional<Part> finished(ShardCopy copy) {
        return store.get(name(note(copy.file())))
                .flatMap(BackupFiles::part)
                .filter(part -> isOf(part, copy.shard()))
                .filter(part -> store.length(name(part.file())).orElse(-1) == part.bytes());
    }

    /** The rest of a half-written note would be no JSON. */
    private static Optional<Part> part(byte[] note) {
        try {
            return Optional.of(SlotferryJson.mapper().readValue(note, Part.class));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isOf(Part part, Shard shard) {
        return part.master().equals(shard.master()) && part.slots().equals(shard.slots());
    }

    /** Notes that a file is finished: for an attempt after this one, which makes anew what is not noted. */
    void write(Part part) {
        store.note(name(note(part.file())), json(part));
    }

    /** The manifest: the backup is whole. */
    void write(Backup backup) {
        store.put(name(MANIFEST), json(backup));
    }

    private static String note(String file) {
        return file + ".json";
    }

    private static byte[] json(Object value) {
        try {
            return (JSON.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest is always JSON", e);
        }
    }
}
