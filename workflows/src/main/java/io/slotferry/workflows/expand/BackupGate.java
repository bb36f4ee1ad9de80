package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.BackupOrder;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.StopAfter;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Nothing on the cluster changes before a backup of it is written, verified, and still of the cluster as it is. */
final class BackupGate {
    /** A shard may fail over, or somebody may move slots, while a backup is written. */
    private static final int MOST_BACKUPS = 3;

    private final ExpandRequest request;
    private final Run run;
    private final Rooms rooms;
    private final Lease lease;

    BackupGate(ExpandRequest request, Run run, Rooms rooms, Lease lease) {
        this.request = request;
        this.run = run;
        this.rooms = rooms;
        this.lease = lease;
    }

    /**
     * Empty where the change may begin, else how the run ends here.
     *
     * @throws io.temporal.failure.TemporalFailure where there is no backup; nothing was touched
     */
    Optional<Ending> pass() {
        if (request.withoutBackup()) {
            run.withoutBackup();
            return Optional.empty();
        }
        run.begin(Phase.BACKUP, "writes an RDB of every master to " + request.backup() + " and verifies it");
        Backup backup = standing();
        run.backedUp(backup);
        return request.stopsAfter(StopAfter.BACKUP)
                ? Optional.of(
                        Ending.rehearsed("the backup is written and verified; nothing on the cluster was changed"))
                : Optional.empty();
    }

    /**
     * Before another night: a backup that still stands is kept, else the cluster is backed up as it is now.
     *
     * @throws io.temporal.failure.ApplicationFailure of kind BACKUP_NOT_RENEWED
     */
    void renew() {
        if (request.withoutBackup()) {
            return;
        }
        try {
            run.now("looks at the backup again, before the window opens");
            if (!stands()) {
                run.now("backs the cluster up as it is now, before another night");
                run.backedUp(standing());
            }
        } catch (TemporalFailure failure) {
            CancellationScope.throwCanceled();
            throw Failures.of(notRenewed(Failures.haltOf(failure)));
        }
    }

    private boolean stands() {
        Optional<Backup> before = run.backup();
        if (before.isEmpty()) {
            return false;
        }
        List<String> against = rooms.backingUp("look at the backup again").checkBackup(order(), before.get());
        CancellationScope.throwCanceled();
        run.note("the backup in " + before.get().place()
                + (against.isEmpty() ? " still stands" : " is one of an earlier night: " + against.get(0)));
        return against.isEmpty();
    }

    private static Halt notRenewed(Halt cause) {
        List<String> evidence = new ArrayList<>(List.of(cause.kind() + ": " + cause.message()));
        evidence.addAll(cause.evidence());
        return new Halt(
                FailureKind.BACKUP_NOT_RENEWED,
                "There is no backup of the cluster as it is now; no batch was begun without one.",
                evidence,
                "mend what is named, then slotferry retry; or slotferry stop-here ends the run as it is");
    }

    private Backup standing() {
        List<String> against = List.of();
        for (int i = 0; i < MOST_BACKUPS; i++) {
            lease.require();
            BackupOrder order = order();
            Backup backup = rooms.backingUp("back every master up").backUp(order);
            CancellationScope.throwCanceled();
            against = rooms.backingUp("look at the backup again").checkBackup(order, backup);
            CancellationScope.throwCanceled();
            if (against.isEmpty()) {
                return backup;
            }
            run.warn("the backup in " + backup.place() + " is passed over: " + against.get(0));
        }
        throw Failures.of(new Halt(
                FailureKind.BACKUP_STALE,
                "The cluster changed while it was backed up, " + MOST_BACKUPS + " times; nothing was touched.",
                against,
                "let the cluster come to rest, then start again"));
    }

    private BackupOrder order() {
        return new BackupOrder(
                request.access(),
                request.cluster().name(),
                request.backup(),
                request.backupOptions(),
                Workflow.getInfo().getWorkflowId(),
                Workflow.getInfo().getRunId(),
                Run.now());
    }
}
