package io.slotferry.activities.attempt;

import java.util.concurrent.atomic.AtomicBoolean;

/** Says to all activities of a worker that it is stopping: each ends at its next boundary, with the part that it did. */
public final class StopSignal {
    private final AtomicBoolean requested = new AtomicBoolean();

    /** Cannot be taken back. */
    public void requestStop() {
        requested.set(true);
    }

    public boolean isRequested() {
        return requested.get();
    }
}
