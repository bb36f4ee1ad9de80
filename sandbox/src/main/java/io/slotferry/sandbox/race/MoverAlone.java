package io.slotferry.sandbox.race;

import io.slotferry.planning.NodeAddress;
import io.slotferry.servers.LocalNode;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.time.Duration;
import java.util.Optional;

/**
 * The mover, batch after batch as a plan would have them, without Temporal, in a process of its own: one that is started for
 * each move and as young as redis-cli's, or one that lives on from move to move as a worker does.
 */
public final class MoverAlone implements Contender {
    private final String name;
    private final int slotsOfBatch;
    private final Migration migration;
    private final Mode mode;
    private final boolean living;
    private Optional<MoverProcess> process = Optional.empty();

    private MoverAlone(String name, int slotsOfBatch, Migration migration, Mode mode, boolean living) {
        this.mode = mode;
        this.name = name;
        this.slotsOfBatch = slotsOfBatch;
        this.migration = migration;
        this.living = living;
    }

    /** Key by key, in batches of so many slots. */
    public static MoverAlone byKeys(int slotsOfBatch) {
        return new MoverAlone("slotferry KEYS, mover alone", slotsOfBatch, Migration.KEYS, Mode.FAST, false);
    }

    /** Key by key in any mode, in batches of so many slots, with the pauses that a run would make between them. */
    public static MoverAlone paced(Mode mode, int slotsOfBatch) {
        return new MoverAlone("slotferry " + mode + ", mover alone", slotsOfBatch, Migration.KEYS, mode, false);
    }

    /** By the servers' own migration, in one batch. */
    public static MoverAlone atomic() {
        return new MoverAlone("slotferry ATOMIC, mover alone", 16_384, Migration.ATOMIC, Mode.FAST, false);
    }

    /** The same in a process that lives until this is closed, with the JVM's options that a worker has. */
    public MoverAlone living() {
        return new MoverAlone(name, slotsOfBatch, migration, mode, true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean livesOn() {
        return living;
    }

    @Override
    public Duration move(Twin twin) {
        twin.join();
        MoverOrder order = new MoverOrder(
                migration,
                mode,
                slotsOfBatch,
                twin.slotsToMove(),
                address(twin.target()),
                twin.sources().stream().map(MoverAlone::address).toList());
        if (living) {
            if (process.isEmpty()) {
                process = Optional.of(MoverProcess.forLong());
            }
            return process.get().move(order);
        }
        try (MoverProcess young = MoverProcess.forOneMove()) {
            return young.move(order);
        }
    }

    private static NodeAddress address(LocalNode node) {
        return new NodeAddress(node.host(), node.port());
    }

    @Override
    public void close() {
        process.ifPresent(MoverProcess::close);
        process = Optional.empty();
    }
}
