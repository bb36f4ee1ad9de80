package io.slotferry.activities.redis;

import io.slotferry.workflows.contract.ClusterAccess;

/** Nodes by the access that an activity's input names. */
@FunctionalInterface
public interface Connections {
    /**
     * The nodes behind this access, with its credential resolved.
     *
     * @throws io.temporal.failure.ApplicationFailure of kind CREDENTIALS where the worker knows none of that name
     */
    Nodes to(ClusterAccess access);
}
