package io.slotferry.sandbox;

import java.util.Optional;

/** Describes {@link Traffic}: four clients, 20,000 keys, 1,000 calls a second, unless told otherwise. */
public final class TrafficBuilder {
    private final Access access;
    private int writers = 4;
    private int keys = 20_000;
    private double callsPerSecond = 1_000;
    private long seed = 1;
    private Optional<Dataset> dataset = Optional.empty();

    TrafficBuilder(Access access) {
        this.access = access;
    }

    /** How many clients; each waits for one answer at a time. */
    public TrafficBuilder writers(int count) {
        writers = count;
        return this;
    }

    /** How many keys they own together; 20,000 touch most of the 16,384 slots. */
    public TrafficBuilder keys(int count) {
        keys = count;
        return this;
    }

    /** Calls that are due per second, of all clients together. */
    public TrafficBuilder rate(double calls) {
        callsPerSecond = calls;
        return this;
    }

    /** Chooses keys and calls, and the keys' names; the same seed makes the same calls. */
    public TrafficBuilder seed(long number) {
        seed = number;
        return this;
    }

    /** A quarter of the calls read keys of this dataset, which must have been filled. */
    public TrafficBuilder reading(Dataset filled) {
        dataset = Optional.of(filled);
        return this;
    }

    /**
     * Writes every key once and returns when the calls have begun.
     *
     * @param phase the name of the first phase
     */
    public Traffic start(String phase) {
        Traffic traffic = new Traffic(this);
        try {
            traffic.begin(phase, callsPerSecond);
            return traffic;
        } catch (RuntimeException e) {
            traffic.close();
            throw e;
        }
    }

    Access access() {
        return access;
    }

    int writers() {
        return writers;
    }

    int keys() {
        return keys;
    }

    long seed() {
        return seed;
    }

    String prefix() {
        return "traffic:" + seed;
    }

    Optional<Dataset> dataset() {
        return dataset;
    }
}
