package io.slotferry.workflows.contract;

/** After which phase a run ends without having changed anything on the cluster; BACKUP alone holds its lease. */
public enum StopAfter {
    PREFLIGHT,
    PLAN,
    BACKUP
}
