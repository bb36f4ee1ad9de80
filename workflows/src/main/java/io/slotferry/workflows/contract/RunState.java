package io.slotferry.workflows.contract;

import java.util.Set;

/** The state of a run, with the commands that are legal in it. */
public enum RunState {
    /** A phase is at work. */
    RUNNING(false),
    /** For something that status names: approval, a window, load, views, a worker. */
    WAITING(false),
    /** By the operator's word, at a batch boundary. */
    PAUSED(false),
    /** In place, the cluster whole and serving, until the operator decides; never times out. */
    HALTED(false),
    /** Undoing what was done. */
    ROLLING_BACK(false),
    /** Balanced and valid; or nothing was to be done; or ended after the phase that {@code stopAfter} names. */
    COMPLETED(true),
    /** As before the run. */
    ROLLED_BACK(true),
    /** Ended by the operator's word before it was balanced; the cluster whole and serving. */
    STOPPED(true),
    /** Ended before anything changed. */
    REFUSED(true);

    private final boolean closed;

    RunState(boolean closed) {
        this.closed = closed;
    }

    public boolean closed() {
        return closed;
    }

    /** What may be asked of a run in this state. APPROVE is further held to a run that waits for approval. */
    public Set<Command> legal() {
        return switch (this) {
            case RUNNING, PAUSED -> Set.of(Command.CANCEL);
            case WAITING -> Set.of(Command.APPROVE, Command.CANCEL);
            case HALTED -> Set.of(Command.RETRY, Command.CANCEL);
            case ROLLING_BACK, COMPLETED, ROLLED_BACK, STOPPED, REFUSED -> Set.of();
        };
    }

    /** What an operator may ask of a run; each is a workflow update of the same name in lower case. */
    public enum Command {
        APPROVE,
        RETRY,
        CANCEL
    }
}
