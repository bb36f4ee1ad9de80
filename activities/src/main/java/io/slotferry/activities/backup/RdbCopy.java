package io.slotferry.activities.backup;

import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.activities.redis.RdbStream;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.workflows.contract.Backup.Part;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** Copies one node's data into the store and proves it on the way; no more of it than a few buffers is ever in memory. */
final class RdbCopy {
    private final Nodes nodes;
    private final Pieces pieces;
    private final BackupFiles files;
    private final Progress progress;
    private final Runnable goOn;

    /**
     * A copier.
     *
     * @param goOn ends the copy by an exception where it must not go on; asked at every piece
     */
    RdbCopy(Nodes nodes, Pieces pieces, BackupFiles files, Progress progress, Runnable goOn) {
        this.nodes = nodes;
        this.pieces = pieces;
        this.files = files;
        this.progress = progress;
        this.goOn = goOn;
    }

    /**
     * Makes the copy.
     *
     * @throws NodeFailure where the node does not give its data whole
     * @throws BrokenRdb where what it gave is no whole RDB
     */
    Part make(ShardCopy copy, Member source) {
        goOn.run();
        Instant begun = Instant.now();
        refuseAnother(source);
        RdbProof.Proven proven;
        // The store first: where it refuses, no node forks in vain.
        try (BackupStore.Upload upload = files.store().create(files.name(copy.file()));
                RdbStream rdb = nodes.rdb(source.address(), goOn)) {
            proven = stream(rdb, upload, copy.file());
            goOn.run();
            upload.complete();
        }
        Part part = new Part(
                copy.file(),
                copy.shard().members().toList(),
                copy.shard().slots(),
                source.id(),
                proven.bytes(),
                proven.sha256(),
                proven.crc64(),
                proven.rdb(),
                begun,
                Instant.now(),
                Optional.empty());
        files.write(part);
        progress.finished(part);
        return part;
    }

    /** Another node may have its address by now. */
    private void refuseAnother(Member source) {
        try (Node node = nodes.look(source.address())) {
            NodeId id = node.id();
            if (!id.equals(source.id())) {
                throw new BrokenRdb("node " + id.brief() + " answers there, not "
                        + source.id().brief());
            }
        }
    }

    private RdbProof.Proven stream(RdbStream rdb, BackupStore.Upload upload, String file) {
        RdbProof proof = new RdbProof();
        AtomicLong total = new AtomicLong();
        pieces.pass(rdb, proof, piece -> {
            goOn.run();
            total.addAndGet(piece.remaining());
            upload.write(piece);
            progress.at(file, total.get());
        });
        RdbProof.Proven proven = proof.finish();
        OptionalLong announced = rdb.announced();
        if (announced.isPresent() && announced.getAsLong() != proven.bytes()) {
            throw new BrokenRdb(proven.bytes() + " bytes came, and " + announced.getAsLong() + " were announced");
        }
        return proven;
    }
}
