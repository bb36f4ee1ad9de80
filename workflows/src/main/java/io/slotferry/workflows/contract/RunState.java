package io.slotferry.workflows.contract;

import java.util.EnumSet;
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

    /** The same of a run that was told to pause and is not at a batch boundary yet. */
    public Set<Command> legalWhilePausing(Phase phase) {
        EnumSet<Command> legal = EnumSet.copyOf(legal(phase));
        legal.remove(Command.PAUSE);
        legal.add(Command.RESUME);
        return legal;
    }

    /**
     * What may be asked of a run in this state and phase: the one table of what is legal. A run that is being stopped, or
     * writes its report, takes no word any more, whatever its state.
     *
     * <p>WAITING in phase PLAN is for approval, in phase ROLLBACK for the window of a way back that nobody asked for.
     */
    public Set<Command> legal(Phase phase) {
        return switch (this) {
            case RUNNING ->
                EnumSet.of(Command.PAUSE, Command.RETUNE, Command.ROLLBACK, Command.STOP_HERE, Command.CANCEL);
            case PAUSED ->
                EnumSet.of(Command.RESUME, Command.RETUNE, Command.ROLLBACK, Command.STOP_HERE, Command.CANCEL);
            case WAITING ->
                switch (phase) {
                    case PLAN -> EnumSet.of(Command.APPROVE, Command.CANCEL);
                    case ROLLBACK -> EnumSet.of(Command.RETUNE, Command.ROLLBACK, Command.STOP_HERE);
                    default ->
                        EnumSet.of(Command.PAUSE, Command.RETUNE, Command.ROLLBACK, Command.STOP_HERE, Command.CANCEL);
                };
            case HALTED ->
                phase == Phase.ROLLBACK
                        ? EnumSet.of(Command.RETRY, Command.RETUNE, Command.STOP_HERE)
                        : EnumSet.of(
                                Command.RETRY, Command.RETUNE, Command.ROLLBACK, Command.STOP_HERE, Command.CANCEL);
            case ROLLING_BACK -> EnumSet.of(Command.RETUNE, Command.STOP_HERE);
            case COMPLETED, ROLLED_BACK, STOPPED, REFUSED -> EnumSet.noneOf(Command.class);
        };
    }

    /** What an operator may ask of a run; each is a workflow update of the same name. */
    public enum Command {
        /** Lets the plan that waits begin. */
        APPROVE("approve"),
        /** Stops at the next batch boundary, until RESUME. */
        PAUSE("pause"),
        /** Goes on from a PAUSE. */
        RESUME("resume"),
        /** Tries again what halted. */
        RETRY("retry"),
        /** Changes pacing, lanes, thresholds or the window from the next batch on. */
        RETUNE("retune"),
        /** Returns every slot to the shard that it came from, removes the new nodes, and puts settings back. */
        ROLLBACK("rollback"),
        /** Ends the run with the cluster as it is, whole and serving; undoes nothing. */
        STOP_HERE("stop-here"),
        /** Ends the run: before the first batch everything is undone; after it as STOP_HERE, or as the request says. */
        CANCEL("cancel");

        private final String word;

        Command(String word) {
            this.word = word;
        }

        /** As it is typed, and the name of the update. */
        public String word() {
            return word;
        }
    }
}
