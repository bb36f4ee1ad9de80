package io.slotferry.sandbox.race;

import java.time.Duration;

/** Something that moves a quarter of a cluster's slots to its new master. */
public interface Contender extends AutoCloseable {
    /** As it stands in the table. */
    String name();

    /**
     * Moves them.
     *
     * @return how long the moving took; what had to be started for it is not counted
     * @throws IllegalStateException with what was said, where it did not succeed
     */
    Duration move(Twin twin);

    /** Whether a process of it lives from one move to the next, so that it is not the same in the first as later. */
    default boolean livesOn() {
        return false;
    }

    /** Ends what it keeps from one move to the next. */
    @Override
    default void close() {}
}
