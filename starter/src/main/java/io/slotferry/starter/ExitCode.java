package io.slotferry.starter;

/** How a command ends, for scripts. The help of every command lists these. */
public enum ExitCode {
    /** It ended balanced and valid, nothing was to be done, or (of a plan, status or word to a run) it was answered. */
    OK(0, "balanced and valid, nothing to do, or answered"),
    /** The options or the request are wrong; nothing was touched. */
    BAD_REQUEST(2, "the options or the request are wrong; nothing was touched"),
    /** Preflight, plan, approval, lease, or the run's state stand against it. */
    REFUSED(3, "preflight, plan, approval, another run or the run's state stand against it"),
    /** The run is halted and waits for a person; the cluster is whole and serving. */
    HALTED(4, "halted in place, the cluster whole and serving: it waits for you"),
    /** The run ended by the operator's word before it was balanced, or was rolled back. */
    STOPPED(5, "stopped by your word, or rolled back; the cluster whole and serving"),
    /** Temporal or its namespace cannot be reached. */
    TEMPORAL_UNREACHABLE(6, "Temporal cannot be reached"),
    /** No worker answers. */
    NO_WORKER(7, "no worker answers"),
    /** The run failed, was terminated, or met a defect. */
    FAILED(8, "the run failed or was terminated"),
    /** No run of that name. */
    NOT_FOUND(9, "there is no run of that name"),
    /** Ctrl-C; the run goes on. */
    INTERRUPTED(130, "interrupted by Ctrl-C; the run goes on");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    /** For a person, in one line. */
    public String meaning() {
        return meaning;
    }
}
