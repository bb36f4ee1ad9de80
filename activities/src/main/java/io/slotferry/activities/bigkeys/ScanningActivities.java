package io.slotferry.activities.bigkeys;

import io.slotferry.activities.attempt.Attempts;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Connections;
import io.slotferry.workflows.contract.Activities;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.ExpandRequest;

/** The scan for big keys as an activity; each heartbeat says how far every shard has come. */
public final class ScanningActivities implements Activities.Scanning {
    private final Connections connections;
    private final Attempts attempts;

    public ScanningActivities(Connections connections, Attempts attempts) {
        this.connections = connections;
        this.attempts = attempts;
    }

    @Override
    public BigKeys scanBigKeys(ExpandRequest request) {
        return attempts.lasting(lifeline -> new ClusterScan(
                        new ClusterReader(connections.to(request.access())),
                        lifeline,
                        request.bigKeys(),
                        request.pacing().mode())
                .scan(request.access()));
    }
}
