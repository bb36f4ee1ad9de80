package io.slotferry.workflows.contract;

/** After which phase a run ends without having changed anything on the cluster; BACKUP alone holds its lease. */
public enum StopAfter {
    /** The checks of preflight alone, without the look at every key; there need not be anything to add. */
    CHECKS,
    PREFLIGHT,
    PLAN,
    BACKUP
}
