package io.slotferry.activities.pacing;

import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.PacingState;
import java.util.Optional;

/** What the lanes of a batch keep to. Safe for use by several threads. */
public interface Pacer extends AutoCloseable {
    /** Now: it may be another one a moment later. */
    Speed speed();

    /** Called by a lane after it has pressed on its nodes for so long; comes back when it may go on. */
    void rest(long workedNanos);

    /** Does a part of a lane, which begins and ends with no slot in hand, when it is the lane's turn. */
    void turn(Runnable part);

    /** What was learnt, for the next batch; empty where there is nothing to learn. */
    Optional<PacingState> state();

    /** How fast it goes and why, for a person; empty where that does not change. */
    Optional<String> text();

    /** What clients of the nodes that take part feel; empty where that is not looked at. */
    Optional<ClientLatency> latency();

    @Override
    void close();

    /** Keeps to one speed. */
    static Pacer steady(Pacing.Mode mode) {
        Speed speed = Speed.of(mode);
        return new Pacer() {
            @Override
            public Speed speed() {
                return speed;
            }

            @Override
            public void rest(long workedNanos) {}

            @Override
            public void turn(Runnable part) {
                part.run();
            }

            @Override
            public Optional<PacingState> state() {
                return Optional.empty();
            }

            @Override
            public Optional<String> text() {
                return Optional.empty();
            }

            @Override
            public Optional<ClientLatency> latency() {
                return Optional.empty();
            }

            @Override
            public void close() {}
        };
    }
}
