package io.slotferry.activities.pacing;

import java.util.Locale;

/** What pacing ADAPTIVE goes slower for. */
public enum Cause {
    /** Clients are answered later than before. */
    LATENCY,
    /** A node does not answer its probe. */
    NO_ANSWER,
    CPU,
    MEMORY,
    REPLICATION_LAG,
    OUTPUT_BUFFERS;

    /** As metrics have it, such as {@code replication-lag}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
