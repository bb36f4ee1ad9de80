package io.slotferry.activities.preflight;

import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.BackupTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Room for the forks of a backup and of each new replica's first synchronisation, and for what the backup writes. */
final class ForkRoom {
    /** A fork that takes longer stops the node for all its clients. */
    private static final long FORK_LIMIT_MICROS = 1_000_000;

    private static final String ROOM = "every node has room for a fork, and its last one went well";
    private static final double MEGABYTE = 1_000_000;
    private static final int HEURISTIC = 0;
    private static final int STRICT = 2;

    private final Answers answers;
    private final Readings readings;
    private final WorkerHost worker;

    ForkRoom(Answers answers, Readings readings, WorkerHost worker) {
        this.answers = answers;
        this.readings = readings;
        this.worker = worker;
    }

    void check() {
        Map<NodeAddress, NodeReading> all = readings.all();
        Map<String, Long> onHost = new HashMap<>();
        all.forEach((address, reading) -> onHost.merge(address.host(), rss(reading), Long::sum));
        all.forEach((address, reading) -> {
            memory(address, reading, onHost.get(address.host()));
            overcommit(address, reading);
            lastFork(address, reading);
        });
        if (!readings.request().withoutBackup()) {
            store();
        }
        answers.passUnlessSaid(CheckName.FORK_ROOM, ROOM);
    }

    /** Written pages are copied while the child lives: at worst all of them. */
    private static long rss(NodeReading reading) {
        return reading.figure("used_memory_rss");
    }

    private void memory(NodeAddress address, NodeReading reading, long onHost) {
        long machine = reading.figure("total_system_memory");
        if (machine > 0 && onHost + rss(reading) > machine) {
            warn(
                    address,
                    "a fork of " + address + " may copy up to " + megabytes(rss(reading))
                            + ", and the nodes on its host use " + megabytes(onHost) + " of " + megabytes(machine)
                            + " already",
                    "choose an hour of few writes, since only written pages are copied, and see that"
                            + " vm.overcommit_memory is 1 on the host");
        }
    }

    /** INFO does not tell of it; on the worker's own machine the kernel does. */
    private void overcommit(NodeAddress address, NodeReading reading) {
        if (!worker.is(address.host())) {
            return;
        }
        int mode = worker.overcommit().orElse(1);
        Optional<Long> room =
                switch (mode) {
                    case HEURISTIC -> worker.available();
                    case STRICT -> worker.uncommitted();
                    default -> Optional.empty();
                };
        if (room.isEmpty() || rss(reading) <= room.get()) {
            return;
        }
        String evidence = "vm.overcommit_memory is " + mode + " on the host of " + address + ": a fork of it asks for "
                + megabytes(rss(reading)) + ", and " + megabytes(Math.max(0, room.get()))
                + (mode == STRICT ? " are left to promise, so that it is refused" : " are free: it may be refused");
        String remedy = "sysctl vm.overcommit_memory=1 there (and in /etc/sysctl.conf)";
        if (mode == STRICT) {
            answers.fail(CheckName.FORK_ROOM, Optional.of(address), evidence, remedy);
        } else {
            warn(address, evidence, remedy);
        }
    }

    private void lastFork(NodeAddress address, NodeReading reading) {
        if (reading.facts().getOrDefault("rdb_last_bgsave_status", "ok").equals("err")) {
            warn(
                    address,
                    "the last BGSAVE of " + address + " failed (rdb_last_bgsave_status:err)",
                    "see its log (disk full, no memory to fork, rights on its folder), then BGSAVE");
        }
        if (reading.figure("latest_fork_usec") > FORK_LIMIT_MICROS) {
            warn(
                    address,
                    String.format(
                            Locale.ROOT,
                            "the last fork of %s stopped it for %.1f s (latest_fork_usec), limit %.1f s",
                            address,
                            reading.figure("latest_fork_usec") / 1e6,
                            FORK_LIMIT_MICROS / 1e6),
                    "switch transparent huge pages off on its host, or let smaller nodes hold the data");
        }
    }

    private void store() {
        if (!(BackupTarget.parse(readings.request().backup()) instanceof BackupTarget.Folder folder)) {
            answers.passUnlessSaid(CheckName.FORK_ROOM, ROOM);
            answers.notApplicable(
                    CheckName.FORK_ROOM, Optional.empty(), "how much room there is in a bucket cannot be asked");
            return;
        }
        try {
            folder(Path.of(folder.path()).toAbsolutePath().normalize());
        } catch (IOException | InvalidPathException e) {
            answers.notApplicable(
                    CheckName.FORK_ROOM, Optional.empty(), "the store's disk cannot be asked for its room: " + e);
        }
    }

    private void folder(Path store) throws IOException {
        Path there = store;
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there)) {
            answers.fail(
                    CheckName.FORK_ROOM,
                    Optional.empty(),
                    there + " on the worker is no folder, and the backup is to lie in " + store,
                    "name another store, or move that file away");
            return;
        }
        if (!Files.isWritable(there)) {
            answers.fail(
                    CheckName.FORK_ROOM,
                    Optional.empty(),
                    "the worker's user may not write in " + there + ", and the backup is to lie in " + store,
                    "give the worker's user the right to write there, or name another store");
            return;
        }
        long room = Files.getFileStore(there).getUsableSpace();
        long data = readings.members().values().stream()
                .filter(reading -> reading.info().replication().master())
                .mapToLong(reading -> reading.figure("used_memory_dataset"))
                .sum();
        String figures =
                "the disk of " + store + " on the worker has " + megabytes(room) + " free, and the masters' data takes "
                        + megabytes(data) + " in memory, which their RDBs hardly exceed";
        String remedy = "make room on the worker's disk, or name another store";
        if (data > room) {
            answers.fail(
                    CheckName.FORK_ROOM,
                    Optional.empty(),
                    figures,
                    remedy + "; where the data compresses well, accept \"" + CheckName.FORK_ROOM.text() + "\"");
        } else {
            answers.passUnlessSaid(CheckName.FORK_ROOM, ROOM + "; " + figures);
        }
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.0f MB", bytes / MEGABYTE);
    }

    private void warn(NodeAddress address, String evidence, String remedy) {
        answers.warn(CheckName.FORK_ROOM, Optional.of(address), evidence, remedy);
    }
}
