package io.slotferry.workflows.contract;

/**
 * Why something did not go on: the type of every ApplicationFailure that slotferry throws. The kind says who may proceed.
 */
public enum FailureKind {
    /** The request, or a command's argument, does not fit. Nothing was touched. */
    BAD_REQUEST(Proceeds.NOBODY, "the request is not well-formed"),
    /** A preflight check failed. Nothing was touched. */
    PREFLIGHT_FAILED(Proceeds.NOBODY, "a preflight check failed"),
    /** No plan can satisfy the request. Nothing was touched. */
    IMPOSSIBLE_PLAN(Proceeds.NOBODY, "no plan can satisfy the request"),
    /** The plan was not approved in time, or another one was. Nothing was touched. */
    NOT_APPROVED(Proceeds.NOBODY, "the plan was not approved"),
    /** What undoing and going on need could not be written down on the worker. Nothing was touched. */
    RECORD_NOT_WRITTEN(Proceeds.NOBODY, "the run's record could not be written"),
    /** The run that was to be gone on with or undone is open, unknown, or changed nothing. Nothing was touched. */
    NOT_TAKEN_OVER(Proceeds.NOBODY, "that run cannot be taken over"),
    /** Another run holds the cluster. Nothing was touched. */
    LEASE_HELD(Proceeds.NOBODY, "another run holds this cluster"),
    /** The lease of this run ended under it. */
    LEASE_LOST(Proceeds.OPERATOR, "this run lost its lease on the cluster"),
    /** The worker knows no credentials of that name, or the node refused them. */
    CREDENTIALS(Proceeds.OPERATOR, "the credentials are missing or were refused"),
    /** A node does not answer. */
    NODE_UNREACHABLE(Proceeds.RETRY, "a node does not answer"),
    /** An attempt ended itself because its right to change things could not be kept; the next one goes on. */
    SUPERSEDED(Proceeds.RETRY, "an attempt lost its right to change things"),
    /** The nodes' views of the cluster differ, or one is not ok; they usually settle by themselves. */
    VIEWS_DISAGREE(Proceeds.RETRY, "the nodes' views of the cluster differ"),
    /** A shard's master is another one than when its slots were opened; the next attempt opens them on it. */
    SHARD_FAILED_OVER(Proceeds.RETRY, "a shard failed over while its slots moved"),
    /** Somebody else changed the cluster. */
    CLUSTER_CHANGED(Proceeds.OPERATOR, "the cluster changed under this run"),
    /** A slot is open that this run did not open. */
    FOREIGN_OPEN_SLOT(Proceeds.OPERATOR, "a slot is open that this run did not open"),
    /** The process behind a node is another one than the slot was opened on, or it lost the open slot. */
    OPEN_SLOT_LOST(Proceeds.OPERATOR, "a node lost the state of an open slot"),
    /** A key is larger than MIGRATE may move without blocking both nodes for too long. */
    KEY_TOO_LARGE(Proceeds.OPERATOR, "a key is too large to be moved by MIGRATE"),
    /** Both sides hold a key, and their copies differ. */
    KEY_ON_BOTH_SIDES(Proceeds.OPERATOR, "source and target hold differing copies of a key"),
    /** MIGRATE does not get a slot's keys across. */
    MIGRATE_FAILED(Proceeds.OPERATOR, "keys could not be moved"),
    /** A node answered a command with an error that slotferry does not expect. */
    NODE_REFUSED(Proceeds.OPERATOR, "a node refused a command"),
    /** New nodes did not join within the time allowed. */
    JOIN_FAILED(Proceeds.OPERATOR, "the new nodes did not join"),
    /** A replica did not link or synchronise within the time allowed. */
    REPLICA_NOT_IN_SYNC(Proceeds.OPERATOR, "a replica did not synchronise"),
    /** A node that is to be removed is not what this run added. */
    NOT_OURS_TO_REMOVE(Proceeds.OPERATOR, "a node is not one that this run may remove"),
    /** The cluster is not as planned. */
    VALIDATION_FAILED(Proceeds.OPERATOR, "the cluster is not as planned"),
    /** Another slotferry is connected to the cluster's nodes. */
    STRANGER(Proceeds.OPERATOR, "another slotferry is at work on this cluster"),
    /** Something in slotferry itself is wrong. */
    DEFECT(Proceeds.OPERATOR, "slotferry met something it does not understand");

    private final Proceeds proceeds;
    private final String words;

    FailureKind(Proceeds proceeds, String words) {
        this.proceeds = proceeds;
        this.words = words;
    }

    public Proceeds proceeds() {
        return proceeds;
    }

    /** For a person, without figures. */
    public String words() {
        return words;
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
