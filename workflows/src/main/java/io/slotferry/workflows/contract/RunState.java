package io.slotferry.workflows.contract;

import java.util.EnumSet;
import java.util.Set;

/** The state of a run, with the commands that are legal in it. */
public enum RunState {
    /** A phase is at work. */
    RUNNING(false, EnumSet.of(Command.CANCEL)),
    /** For something that status names: approval, a window, load, views, a worker. */
    WAITING(false, EnumSet.of(Command.APPROVE, Command.CANCEL)),
    /** By the operator's word, at a batch boundary. */
    PAUSED(false, EnumSet.of(Command.CANCEL)),
    /** In place, the cluster whole and serving, until the operator decides; never times out. */
    HALTED(false, EnumSet.of(Command.RETRY, Command.CANCEL)),
    /** Undoing what was done. */
    ROLLING_BACK(false, EnumSet.noneOf(Command.class)),
    /** Balanced and valid, or nothing was to be done. */
    COMPLETED(true, EnumSet.noneOf(Command.class)),
    /** As before the run. */
    ROLLED_BACK(true, EnumSet.noneOf(Command.class)),
    /** Ended by the operator's word before it was balanced; the cluster whole and serving. */
    STOPPED(true, EnumSet.noneOf(Command.class)),
    /** Ended before anything changed. */
    REFUSED(true, EnumSet.noneOf(Command.class));

    private final boolean closed;
    private final Set<Command> legal;

    RunState(boolean closed, Set<Command> legal) {
        this.closed = closed;
        this.legal = Set.copyOf(legal);
    }

    public boolean closed() {
        return closed;
    }

    /** What may be asked of a run in this state. APPROVE is further held to a run that waits for approval. */
    public Set<Command> legal() {
        return legal;
    }

    /** What an operator may ask of a run; each is a workflow update of the same name in lower case. */
    public enum Command {
        APPROVE,
        RETRY,
        CANCEL
    }
}
