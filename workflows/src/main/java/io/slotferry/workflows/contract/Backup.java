package io.slotferry.workflows.contract;

import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A backup that is written and verified: an RDB of every master that owns slots. Written last, as {@code manifest.json}
 * beside the files: where there is no manifest, there is no whole backup.
 *
 * @param format of this text; 1
 * @param cluster what the request calls it
 * @param store as the request writes it
 * @param place the folder, or bucket and prefix, in which the files are
 * @param begun before the first byte was asked for
 * @param warnings what a person should know of it
 */
public record Backup(
        int format,
        String cluster,
        String workflowId,
        String runId,
        String store,
        String place,
        Instant begun,
        Instant ended,
        List<Part> parts,
        List<String> warnings) {
    /** Of the text that this release writes. */
    public static final int FORMAT = 1;

    public Backup {
        parts = List.copyOf(parts);
        warnings = List.copyOf(warnings);
    }

    /**
     * The RDB of one shard.
     *
     * @param file its name, in the backup's place
     * @param members of the shard, the master first
     * @param slots that the master owned
     * @param source the node that wrote it
     * @param bytes the file's length
     * @param sha256 of the file, hexadecimal
     * @param crc64 which the file ends with and its bytes gave, hexadecimal; empty where the node writes none
     *     ({@code rdbchecksum no})
     * @param rdb what the file's head says
     * @param begun before its first byte was asked for: it holds every write that was acknowledged until then by a master,
     *     or had reached the replica that wrote it
     * @param loaded by a real server, where that was asked for
     */
    public record Part(
            String file,
            List<Member> members,
            SlotRanges slots,
            NodeId source,
            long bytes,
            String sha256,
            Optional<String> crc64,
            Rdb rdb,
            Instant begun,
            Instant ended,
            Optional<Loaded> loaded) {
        public Part {
            members = List.copyOf(members);
        }

        public Member master() {
            return members.get(0);
        }

        /** The same, loaded by a real server. */
        public Part loadedAs(Loaded proof) {
            return new Part(file, members, slots, source, bytes, sha256, crc64, rdb, begun, ended, Optional.of(proof));
        }
    }

    /**
     * What an RDB says of itself before its first key.
     *
     * @param magic such as {@code REDIS0010}
     * @param server such as {@code redis 7.0.15}; empty where it does not say
     * @param replicationId of the history of writes that it was taken from
     * @param replicationOffset up to which it holds that history
     * @param firstDatabaseKeys keys of the first database that has any, as its RESIZEDB says: all there are, unless the
     *     servers have several databases in cluster mode. 0 for an RDB without keys; empty where the head could not be
     *     read so far
     */
    public record Rdb(
            String magic,
            Optional<String> server,
            Optional<String> replicationId,
            Optional<Long> replicationOffset,
            Optional<Long> firstDatabaseKeys) {}

    /**
     * How a real server loaded it.
     *
     * @param server such as {@code redis 7.0.15}
     * @param keys over all databases
     * @param expired keys that had expired meanwhile, and were not loaded; empty where the server does not count them
     */
    public record Loaded(String server, long keys, Optional<Long> expired) {}

    /** Over all files. */
    public long bytes() {
        return parts.stream().mapToLong(Part::bytes).sum();
    }

    /** As the first databases' heads say; empty where one could not be read so far. */
    public Optional<Long> keys() {
        return parts.stream()
                .map(part -> part.rdb().firstDatabaseKeys())
                .reduce(Optional.of(0L), (a, b) -> a.flatMap(x -> b.map(y -> x + y)));
    }

    /** Whether a real server has loaded every file. */
    public boolean loaded() {
        return !parts.isEmpty() && parts.stream().allMatch(part -> part.loaded().isPresent());
    }
}
