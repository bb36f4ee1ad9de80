package io.slotferry.workflows.contract;

import java.time.Instant;

/**
 * A backup to make. The same order means the same files, so that a new attempt keeps what an earlier one finished.
 *
 * @param cluster what the request calls it
 * @param store as the request writes it
 * @param orderedAt names the backup, with the cluster and the run
 */
public record BackupOrder(
        ClusterAccess access,
        String cluster,
        String store,
        ExpandRequest.BackupOptions options,
        String workflowId,
        String runId,
        Instant orderedAt) {}
