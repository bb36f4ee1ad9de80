package io.slotferry.activities.backup;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Shard;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.Backup.Part;
import io.slotferry.workflows.contract.BackupOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One attempt at a backup. What an earlier attempt at the same order finished is kept. */
public final class BackupRun {
    private final ClusterReader reader;
    private final BackupFiles files;
    private final BackupOrder order;
    private final Lifeline lifeline;
    private final Progress progress;
    private final Map<Shard, Part> parts = new ConcurrentHashMap<>();

    BackupRun(ClusterReader reader, BackupFiles files, BackupOrder order, Lifeline lifeline) {
        this.reader = reader;
        this.files = files;
        this.order = order;
        this.lifeline = lifeline;
        this.progress = new Progress(lifeline);
    }

    /**
     * Makes the backup that is ordered, in the store that the order names.
     *
     * @throws Halted of kind BACKUP_FAILED or BACKUP_STORE
     * @throws Lifeline.Superseded where the attempt ended before it was done
     */
    public static Backup make(ClusterReader reader, Stores stores, BackupOrder order, Lifeline lifeline) {
        try (BackupStore store = stores.open(order.store())) {
            return new BackupRun(reader, new BackupFiles(store, order), order, lifeline).make();
        }
    }

    /** Writes every file, then the manifest. */
    Backup make() {
        files.discardIncomplete();
        List<Shard> shards = reader.agreed(order.access()).cluster().shards().stream()
                .filter(shard -> !shard.slots().isEmpty())
                .toList();
        List<ShardCopy> missing = new ArrayList<>();
        for (ShardCopy copy : copies(shards)) {
            files.finished(copy).ifPresentOrElse(part -> parts.put(copy.shard(), part), () -> missing.add(copy));
        }
        progress.begin(shards.size(), parts.values());
        copyAll(new CopyQueue(missing));
        if (order.options().restoreCheck()) {
            restoreCheck();
        }
        Backup backup = manifest(shards);
        lifeline.assertMayChange(BackupFiles.LONGEST_COMPLETION);
        files.write(backup);
        return backup;
    }

    private List<ShardCopy> copies(List<Shard> shards) {
        List<NodeAddress> replicas = shards.stream()
                .flatMap(shard -> shard.replicas().stream())
                .map(Member::address)
                .toList();
        Map<NodeAddress, ServerInfo> infos = reader.ask(replicas, Node::info).answers();
        return shards.stream()
                .map(shard -> new ShardCopy(
                        shard,
                        shard.replicas().stream()
                                .filter(replica -> inSync(infos.get(replica.address())))
                                .toList()))
                .toList();
    }

    private static boolean inSync(ServerInfo info) {
        return info != null && !info.loading() && info.replication().inSync();
    }

    private void copyAll(CopyQueue queue) {
        int threads = order.options().parallel();
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "slotferry-backup");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                workers.add(pool.submit(() -> work(queue)));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("copying", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while copying", e);
        } finally {
            pool.shutdownNow();
        }
        queue.rethrow();
    }

    /** One after the other: a server needs as much memory as the node has data. */
    private void restoreCheck() {
        RestoreCheck check = new RestoreCheck(files, RestoreCheck.servers(), this::refuseToGoOnInVain);
        parts.replaceAll((shard, part) -> {
            if (part.loaded().isPresent()) {
                return part;
            }
            Part proven = check.prove(part);
            files.write(proven);
            return proven;
        });
    }

    private Void work(CopyQueue queue) throws InterruptedException {
        try (Pieces pieces = new Pieces()) {
            RdbCopy copy = new RdbCopy(reader.nodes(), pieces, files, progress, () -> goOn(queue));
            Optional<CopyQueue.Turn> turn = queue.next();
            while (turn.isPresent()) {
                copy(copy, queue, turn.get());
                turn = queue.next();
            }
        }
        return null;
    }

    private void copy(RdbCopy copy, CopyQueue queue, CopyQueue.Turn turn) {
        try {
            parts.put(turn.copy().shard(), copy.make(turn.copy(), turn.source()));
            queue.done(turn);
        } catch (NodeFailure.CredentialRefused e) {
            queue.fail(e);
        } catch (NodeFailure | BrokenRdb e) {
            queue.again(turn, e.getMessage());
        } catch (RuntimeException e) {
            queue.fail(e);
        }
    }

    /** Asked at every piece of a file: an attempt that is over has no business with nodes that fork for it. */
    private void goOn(CopyQueue queue) {
        if (queue.failed()) {
            throw new Lifeline.Superseded("another copy failed");
        }
        refuseToGoOnInVain();
    }

    private void refuseToGoOnInVain() {
        if (lifeline.stopRequested()) {
            throw new Lifeline.Superseded("the worker stops, or the backup was cancelled; finished files are kept");
        }
        lifeline.assertMayChange(Duration.ZERO);
    }

    private Backup manifest(List<Shard> shards) {
        List<Part> inOrder = shards.stream()
                .map(parts::get)
                .sorted(Comparator.comparing(
                        part -> part.slots().ranges().get(0).from()))
                .toList();
        return new Backup(
                Backup.FORMAT,
                order.cluster(),
                order.workflowId(),
                order.runId(),
                order.store(),
                files.place(),
                order.orderedAt(),
                Instant.now(),
                inOrder,
                warnings(inOrder));
    }

    private static List<String> warnings(List<Part> parts) {
        List<String> warnings = new ArrayList<>();
        for (Part part : parts) {
            if (part.crc64().isEmpty()) {
                warnings.add(
                        part.file() + ": the node writes no CRC-64 (rdbchecksum no): that its bytes came over unchanged"
                                + " is not proven");
            }
            if (part.source().equals(part.master().id())) {
                warnings.add(part.file() + " was written by the master "
                        + part.master().address() + ", since no replica of it was in sync or gave its data");
            }
        }
        return warnings;
    }
}
