package io.slotferry.workflows.contract;

import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;
import java.util.Optional;

/**
 * The activities, one interface a room. Each is idempotent and convergent: it reads what is, does what is left, and may be
 * repeated after any way of dying. Failures are {@link Failures}.
 */
public final class Activities {
    private Activities() {}

    /** Looks at the cluster and at the new nodes, and changes nothing. */
    @ActivityInterface
    public interface Looking {
        /** Answers every preflight check. */
        @ActivityMethod(name = "Preflight")
        PreflightReport preflight(ExpandRequest request);

        /**
         * What slots weigh now, for a balance other than SLOTS. Load is measured over some seconds.
         */
        @ActivityMethod(name = "WeighSlots")
        WeighedSlots weighSlots(ExpandRequest request);

        /**
         * Makes the plan from the cluster as it is now; the same cluster, big keys and weights give the same plan. Slots with keys
         * over the limit stay where they are; where that leaves no plan and the request accepts big keys, those with keys
         * over the hard limit alone do.
         *
         * @param weights empty for the balance SLOTS
         */
        @ActivityMethod(name = "MakePlan")
        PlanAnswer makePlan(ExpandRequest request, BigKeys bigKeys, Optional<WeighedSlots> weights);

        /**
         * How far an earlier run has come with its plan. Where somebody else moved slots since, or a slot has no owner, that
         * is a failure of kind CLUSTER_CHANGED.
         */
        @ActivityMethod(name = "ReadCourse")
        CourseSoFar readCourse(ClusterAccess access, Plan plan);

        /**
         * Plans the way back from where the cluster stands now. Stands the fence on every master before it reads, since the
         * direction changes: what an older attempt had sent has run, and nothing more comes of it.
         */
        @ActivityMethod(name = "PlanReturn")
        ReturnPlan planReturn(ReturnOrder order);

        /** Compares the cluster with the plan and writes canary keys through a cluster client. */
        @ActivityMethod(name = "Validate")
        ValidationReport validate(ValidateOrder order);
    }

    /** Looks at every key, and changes nothing. */
    @ActivityInterface
    public interface Scanning {
        /**
         * Finds the keys over the request's limits, slowly enough for the cluster's clients. An attempt goes on where the
         * one before it was last heard, on each node whose process is still the same.
         */
        @ActivityMethod(name = "ScanBigKeys")
        BigKeys scanBigKeys(ExpandRequest request);
    }

    /**
     * From where to go back.
     *
     * @param slotsPerBatch the most slots in a batch
     * @param openOnly plans no more than the end of what stands open, whatever became of the rest of the cluster
     */
    public record ReturnOrder(ClusterAccess access, Plan plan, int slotsPerBatch, boolean openOnly) {}

    /**
     * What to validate.
     *
     * @param attached whether the plan's replicas must be linked
     * @param removed IDs of nodes that nobody may know any more
     */
    public record ValidateOrder(
            ClusterAccess access, Plan plan, Expected expected, boolean attached, List<NodeId> removed) {
        public ValidateOrder {
            removed = List.copyOf(removed);
        }
    }

    /** What a cluster is compared with. Whole and serving it must be in any case. */
    public enum Expected {
        /** Each shard owns its planned share. */
        BALANCED,
        /** Each shard has the slots and the members that it had when the plan was made. */
        AS_BEFORE,
        /** Nothing more. */
        SERVING
    }

    /** Changes who belongs to the cluster, and its settings. */
    @ActivityInterface
    public interface Joining {
        /** Reads a parameter on every node of the cluster and on the new ones. */
        @ActivityMethod(name = "ReadSettings")
        Settings readSettings(ClusterAccess access, List<Member> newNodes, String parameter);

        /** Sets the parameter to this value on the nodes of {@code settings}, whatever it was. */
        @ActivityMethod(name = "ApplySetting")
        void applySetting(ClusterAccess access, Settings settings, String value);

        /** Puts back what the nodes had; nodes that are gone or were reset are passed over and named. */
        @ActivityMethod(name = "RestoreSettings")
        List<String> restoreSettings(ClusterAccess access, Settings settings);

        /** MEETs the nodes and waits until every node knows every node, all links are up and each new one is ok. */
        @ActivityMethod(name = "AddNodes")
        void addNodes(ClusterAccess access, List<Member> nodes);

        /** Makes each node a replica of its master and waits until it is linked and in sync. Adds it first. */
        @ActivityMethod(name = "AttachReplicas")
        void attachReplicas(ClusterAccess access, List<Pairing> pairings);

        /**
         * Removes nodes that this run added, while they own no slot and hold no key: replicas first, FORGET on all, RESET
         * HARD. Done again, it makes sure that nobody learned of them anew, and that each stands alone and is empty.
         *
         * @return a line for each node that is no member any more and could not be looked at
         */
        @ActivityMethod(name = "RemoveNodes")
        List<String> removeNodes(ClusterAccess access, List<Member> nodes);
    }

    /** A replica-to-be and the shard it will follow, by the shard's members, the planned master first. */
    public record Pairing(Member replica, List<Member> shard) {
        public Pairing {
            shard = List.copyOf(shard);
        }
    }

    /** Moves slots. */
    @ActivityInterface
    public interface Moving {
        @ActivityMethod(name = "MoveBatch")
        BatchOutcome moveBatch(BatchOrder order);

        /**
         * Moves batches one after the other, each just as {@link #moveBatch} does, for as long as nothing speaks against the
         * next one: until {@link BatchChain#LONGEST} is over, or one ends incomplete or may not begin any more. Of the first
         * it does not ask. A failure carries the outcomes of those before it ({@link Failures#doneBefore}); the next attempt
         * goes on in the batch in which the one before it ended.
         *
         * @return the outcomes in order, one at least; all but the last are complete
         */
        @ActivityMethod(name = "MoveBatches")
        List<BatchOutcome> moveBatches(BatchChain chain);
    }

    /** Writes backups, and changes nothing on the cluster. */
    @ActivityInterface
    public interface BackingUp {
        /**
         * Streams an RDB of every master that owns slots into the store, verifies each, and writes the manifest last. A
         * failure is of kind BACKUP_FAILED, BACKUP_STORE or RESTORE_CHECK_FAILED.
         */
        @ActivityMethod(name = "BackUp")
        Backup backUp(BackupOrder order);

        /**
         * Looks at a backup again: whether it is young enough, of the cluster as it is now, and still whole in its store.
         *
         * @return what speaks against it, a line each; empty where it stands
         */
        @ActivityMethod(name = "CheckBackup")
        List<String> checkBackup(BackupOrder order, Backup backup);
    }

    /** What concerns Temporal and the worker's own disk rather than the cluster. */
    @ActivityInterface
    public interface Recording {
        /** Which of slotferry's search attributes this namespace has, under the right type. */
        @ActivityMethod(name = "UsableSearchAttributes")
        List<String> usableSearchAttributes();

        /**
         * Who holds a lease named by any of these members, after leases whose run is over were ended.
         *
         * @param workflowId of the run that asks: a lease of an earlier run of the same ID is ended too
         */
        @ActivityMethod(name = "FindLeaseHolder")
        Optional<LeaseHolder> findLeaseHolder(List<NodeId> members, String workflowId, String runId);

        /**
         * The record of the closed run that is to be taken over. One that is open, unknown, or never changed anything is a
         * failure of kind NOT_TAKEN_OVER.
         */
        @ActivityMethod(name = "ReadRecord")
        RunRecord readRecord(TakeOver.Question question);

        /**
         * Writes the record as a file on the worker and answers where. Its input stays in Temporal's history, where it is
         * found too. A failure is of kind RECORD_NOT_WRITTEN, and ends a run that has changed nothing; so does one of kind
         * RESET_TOO_FAR, where a reset cut this run off after it had written its record, and it is about to begin anew.
         */
        @ActivityMethod(name = Names.WRITE_RECORD)
        String writeRecord(RunRecord record);

        /** Writes the report as files on the worker and answers where. */
        @ActivityMethod(name = "WriteReport")
        List<String> writeReport(ExpandResult result);
    }
}
