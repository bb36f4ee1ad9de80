package io.slotferry.workflows.contract;

/** After which phase a run ends without having changed anything on the cluster. */
public enum StopAfter {
    PREFLIGHT,
    PLAN,
    BACKUP
}
