package io.slotferry.workflows.contract;

import java.time.Duration;

/**
 * Why something did not go on: the type of every ApplicationFailure that slotferry throws. The kind says who may proceed.
 * This is the one table of halts: docs/HALTS.md and the command line's words are drawn from it.
 */
public enum FailureKind {
    /** The request, or a command's argument, does not fit. Nothing was touched. */
    BAD_REQUEST(
            Proceeds.NOBODY,
            "the request is not well-formed",
            "each field by its path, with what is wrong and what fits",
            "correct the fields and start again"),
    /** A preflight check failed. Nothing was touched. */
    PREFLIGHT_FAILED(
            Proceeds.NOBODY,
            "a preflight check failed",
            "each failed check with its node, its figures and its remedy",
            "remedy what the checks name, then start again"),
    /** No plan can satisfy the request. Nothing was touched. */
    IMPOSSIBLE_PLAN(
            Proceeds.NOBODY,
            "no plan can satisfy the request",
            "each reason, with the field of the request that it comes from",
            "change the request as the reasons say, and start again"),
    /** The plan was not approved in time, or another one was. Nothing was touched. */
    NOT_APPROVED(
            Proceeds.NOBODY,
            "the plan was not approved",
            "the fingerprint that waited, and how long",
            "start again and approve the plan in time"),
    /** A node's RDB could not be had whole, by any of its shard's members. Nothing was touched. */
    BACKUP_FAILED(
            Proceeds.NOBODY,
            "a node could not be backed up",
            "each try with its node: where the stream broke off, or which figure of the file was wrong",
            "see the nodes' logs and the network between them and the worker, then start again"),
    /** The store does not take the backup, or lost it. Nothing was touched. */
    BACKUP_STORE(
            Proceeds.NOBODY,
            "the store does not take the backup",
            "the store's place, the file, and how writing it failed",
            "make room or give the rights that the store asks for, or name another store, then start again"),
    /** A backup was written, and is older than allowed, of an earlier view of the cluster, or no longer whole. Nothing was touched. */
    BACKUP_STALE(
            Proceeds.NOBODY,
            "the backup is not of the cluster as it is",
            "its age with the limit, each shard that differs from it, or the file that is gone",
            "let the cluster come to rest, then start again"),
    /** A real server did not load an RDB as its manifest says. Nothing was touched. */
    RESTORE_CHECK_FAILED(
            Proceeds.NOBODY,
            "a backup could not be loaded by a server",
            "the file, the server with the end of its log, or its key count beside the file's",
            "put a server of the cluster's version on the worker's PATH (or name it in SLOTFERRY_SERVER), or leave"
                    + " restoreCheck out, then start again"),
    /** What undoing and going on need could not be written down on the worker. Nothing was touched. */
    RECORD_NOT_WRITTEN(
            Proceeds.NOBODY,
            "the run's record could not be written",
            "the file on the worker, and how writing it failed",
            "make room on the worker's disk, or give it another --reports-dir, then start again"),
    /** The run that was to be gone on with or undone is open, unknown, or changed nothing. Nothing was touched. */
    NOT_TAKEN_OVER(
            Proceeds.NOBODY,
            "that run cannot be taken over",
            "the run by workflow ID and run ID, and why it cannot: it is open, unknown, or changed nothing",
            "slotferry status RUN; name a run that is closed, or hand its state file over (--from FILE)"),
    /** The run was reset to before its first change, and the run that the reset cut off had changed the cluster. */
    RESET_TOO_FAR(
            Proceeds.NOBODY,
            "the run was reset to before changes that it had made",
            "the run that the reset cut off, by its run ID",
            "slotferry expand --continue RUN goes on where that run was cut off; slotferry rollback --of RUN undoes it"),
    /** Another run holds the cluster. Nothing was touched. */
    LEASE_HELD(
            Proceeds.NOBODY,
            "another run holds this cluster",
            "workflow ID and run ID of the holder",
            "slotferry status HOLDER; wait for its end, or end it; then start again"),
    /** The lease of this run ended under it. */
    LEASE_LOST(
            Proceeds.OPERATOR,
            "this run lost its lease on the cluster",
            "the lease's workflow ID, and how it ended",
            "find out who ended it; slotferry retry takes it again if nobody else holds the cluster"),
    /** The worker knows no credentials of that name, or the node refused them. */
    CREDENTIALS(
            Proceeds.OPERATOR,
            "the credentials are missing or were refused",
            "the node and its answer, or the name that the worker does not know; never the secret",
            "give the worker the credentials (docs/CREDENTIALS.md), then slotferry retry"),
    /** A node does not answer. */
    NODE_UNREACHABLE(
            Proceeds.RETRY,
            "a node does not answer",
            "the node's address, what was asked of it, and how that failed",
            "bring the node back, then slotferry retry"),
    /** An attempt ended itself because its right to change things could not be kept; the next one goes on. */
    SUPERSEDED(
            Proceeds.RETRY,
            "an attempt lost its right to change things",
            "whether its heartbeats were not acknowledged, or a later attempt was seen",
            "see whether the worker reaches Temporal, then slotferry retry"),
    /** The nodes' views of the cluster differ, or one is not ok; they usually settle by themselves. */
    VIEWS_DISAGREE(
            Proceeds.RETRY,
            "the nodes' views of the cluster differ",
            "each difference with the nodes that see it, and each node that is not ok",
            "mend what is named, then slotferry retry"),
    /** A shard's master is another one than when its slots were opened; the next attempt opens them on it. */
    SHARD_FAILED_OVER(
            Proceeds.RETRY,
            "a shard failed over while its slots moved",
            "the master before and now, or the answer that gave it away",
            "see whether the shard has a master that stays, then slotferry retry"),
    /** A node is held for failing, or a replica of a shard that gives or takes slots is not linked. */
    NOT_HEALTHY(
            Proceeds.RETRY,
            "a node is failing or a replica is not linked",
            "each such node with who holds it for failing, or with its link as INFO replication shows it",
            "bring the node back, or see the replica's log, then slotferry retry"),
    /** A node is over a threshold of the request: the batch waits before it begins. */
    LOAD_TOO_HIGH(
            Proceeds.RETRY,
            "a node is over a threshold of the request",
            "each figure over its limit, with the node, the limit and the field that sets it",
            "wait for a quieter hour, then slotferry retry"),
    /** A batch takes longer than a whole window has. */
    WINDOW_TOO_SHORT(
            Proceeds.OPERATOR,
            "no batch fits into the window",
            "how long batches took of late, and how long the next night is",
            "slotferry retune with a longer window, or a faster mode; then slotferry retry"),
    /** Before another night the cluster could not be backed up as it is now. */
    BACKUP_NOT_RENEWED(
            Proceeds.OPERATOR,
            "the cluster could not be backed up before another night",
            "how the backup failed, with what it met",
            "mend what is named, then slotferry retry"),
    /** Somebody else changed the cluster. */
    CLUSTER_CHANGED(
            Proceeds.OPERATOR,
            "the cluster changed under this run",
            "what is otherwise than planned: slots with their owner, members, masters",
            "find out who changed it; put it back, then slotferry retry"),
    /** A slot is open that this run did not open. */
    FOREIGN_OPEN_SLOT(
            Proceeds.OPERATOR,
            "a slot is open that this run did not open",
            "each open slot with its node, direction and peer",
            "let whoever opened it finish, or close it by hand, then slotferry retry"),
    /** An atomic slot migration runs that this run did not start. */
    FOREIGN_MIGRATION(
            Proceeds.OPERATOR,
            "an atomic slot migration runs that this run did not start",
            "each job with its node, slots, source, target and state",
            "let it finish, or cancel it on its node (CLUSTER CANCELSLOTMIGRATIONS, or CLUSTER MIGRATION CANCEL ID), then"
                    + " slotferry retry"),
    /** The process behind a node is another one than the slot was opened on, or it lost the open slot. */
    OPEN_SLOT_LOST(
            Proceeds.OPERATOR,
            "a node lost the state of an open slot",
            "the process before and now, with its keys, or what the slot's two ends say of it",
            "see in the node's log whether it still has its data, then slotferry retry"),
    /** A slot that its target took belongs to somebody else again, whose config epoch is higher. */
    SLOT_TAKEN_BACK(
            Proceeds.OPERATOR,
            "a slot was taken back from its target",
            "the slots with the target that had taken them",
            "find out who moved slots or failed over just then (the nodes' logs); restore the keys of the named slots where"
                    + " they are gone, then slotferry retry"),
    /** A key is larger than MIGRATE may move without blocking both nodes for too long. */
    KEY_TOO_LARGE(
            Proceeds.OPERATOR,
            "a key is too large to be moved by MIGRATE",
            "the key, its slot, its size and the limit",
            "make the key smaller or delete it, then slotferry retry"),
    /** Both sides hold a key, and their copies differ. */
    KEY_ON_BOTH_SIDES(
            Proceeds.OPERATOR,
            "source and target hold differing copies of a key",
            "each such key with its slot and both nodes",
            "decide which copy is right and delete the other, then slotferry retry"),
    /** MIGRATE does not get a slot's keys across. */
    MIGRATE_FAILED(
            Proceeds.OPERATOR,
            "keys could not be moved",
            "the slots with the nodes' answers",
            "see the logs of source and target, then slotferry retry"),
    /** A node answered a command with an error that slotferry does not expect. */
    NODE_REFUSED(
            Proceeds.OPERATOR,
            "a node refused a command",
            "the node, the command and its answer",
            "see the node's log and the rights of slotferry's user (docs/CREDENTIALS.md), then slotferry retry"),
    /** New nodes did not join within the time allowed. */
    JOIN_FAILED(
            Proceeds.OPERATOR,
            "the new nodes did not join",
            "which node does not know which, and which bus links are down",
            "see that every node reaches every other on its client port and its bus port, then start again"),
    /** A replica did not link or synchronise within the time allowed. */
    REPLICA_NOT_IN_SYNC(
            Proceeds.OPERATOR,
            "a replica did not synchronise",
            "each replica with its link as INFO replication shows it",
            "see the logs of the replica and its master, then slotferry retry"),
    /** A node that is to be removed is not what this run added. */
    NOT_OURS_TO_REMOVE(
            Proceeds.OPERATOR,
            "a node is not one that this run may remove",
            "the slots and keys that it holds",
            "move its slots away, or see who uses it, then slotferry retry"),
    /** The cluster is not as planned. */
    VALIDATION_FAILED(
            Proceeds.OPERATOR,
            "the cluster is not as planned",
            "each check that failed, with what it saw",
            "mend what is named, then slotferry retry"),
    /** Another slotferry is connected to the cluster's nodes. */
    STRANGER(
            Proceeds.OPERATOR,
            "another slotferry is at work on this cluster",
            "the node, and the connection's name with the other run's ID",
            "find that run, perhaps on another Temporal server, and let it end; then slotferry retry"),
    /** Something in slotferry itself is wrong. */
    DEFECT(
            Proceeds.OPERATOR,
            "slotferry met something it does not understand",
            "the failure as it came",
            "see the worker's log; slotferry retry once the cause is mended");

    /** How long an activity waits by retrying before an operator is asked. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Load has its hours. */
    private static final Duration PATIENCE_WITH_LOAD = Duration.ofMinutes(30);

    private final Proceeds proceeds;
    private final String words;
    private final String evidence;
    private final String next;

    FailureKind(Proceeds proceeds, String words, String evidence, String next) {
        this.proceeds = proceeds;
        this.words = words;
        this.evidence = evidence;
        this.next = next;
    }

    public Proceeds proceeds() {
        return proceeds;
    }

    /** For a person, without figures. */
    public String words() {
        return words;
    }

    /** What the evidence of such a failure consists of. */
    public String evidence() {
        return evidence;
    }

    /** What a person does next in general; a halt of its own says it with names. */
    public String next() {
        return next;
    }

    /** How long it is tried again by itself before the run halts; none for kinds that are not. */
    public Duration patience() {
        if (proceeds != Proceeds.RETRY) {
            return Duration.ZERO;
        }
        return this == LOAD_TOO_HIGH ? PATIENCE_WITH_LOAD : PATIENCE;
    }

    /** Who may proceed after a failure. */
    public enum Proceeds {
        /** The activity is retried by itself, for a time; then it is for the operator. */
        RETRY,
        /** Halts; after a look the operator retries, cancels or rolls back. */
        OPERATOR,
        /** The run ends; a new request is needed. */
        NOBODY
    }
}
