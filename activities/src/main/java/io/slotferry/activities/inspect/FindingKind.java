package io.slotferry.activities.inspect;

import java.util.Locale;

/** The stable names of what an inspection can find, as in its JSON and in docs/INSPECT.md. */
public enum FindingKind {
    NODE_AWAY_WITH_SLOTS(true),
    SLOTS_WITHOUT_OWNER(true),
    SLOTS_DISOWNED(true),
    SLOTS_WITH_TWO_OWNERS(true),
    OPEN_SLOT_HALF_MOVED(true),
    OPEN_SLOT_MIGRATING_ONLY(true),
    OPEN_SLOT_IMPORTING_ONLY(true),
    OPEN_SLOT_LEFT_OVER(true),
    OPEN_SLOT_IN_USE(true),
    OPEN_SLOT_UNCLEAR(true),
    KEYS_ON_TWO_NODES(true),
    MIGRATION_JOB(true),
    NODE_UNKNOWN_TO_SOME(true),
    VIEWS_DIFFER(true),
    EQUAL_EPOCHS(true),
    LINK_DOWN(true),
    NODE_SEEN_FAILING(true),
    STATE_NOT_OK(true),
    GHOST_NODE(true),
    MASTER_WITHOUT_REPLICA(true),
    REPLICA_BESIDE_ITS_MASTER(true),
    REPLICA_NOT_LINKED(true),
    UNEVEN_SHARES(false),
    BIG_KEY(false);

    private final boolean amiss;

    FindingKind(boolean amiss) {
        this.amiss = amiss;
    }

    /** Whether the cluster is not as it should be; else it is worth knowing, no more. */
    public boolean amiss() {
        return amiss;
    }

    /** Lower case, with dashes. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
