package io.slotferry.activities.joining;

import io.slotferry.activities.attempt.FailureBoundary;
import io.slotferry.activities.attempt.HeartbeatLifeline;
import io.slotferry.activities.attempt.StopSignal;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Connections;
import io.slotferry.planning.Member;
import io.slotferry.workflows.contract.Activities;
import io.slotferry.workflows.contract.Activities.Pairing;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.Settings;
import io.temporal.activity.Activity;
import java.util.List;
import java.util.function.Function;

/** Joining, attaching, removing and settings as activities. */
public final class JoiningActivities implements Activities.Joining {
    private final Connections connections;
    private final StopSignal stop;

    public JoiningActivities(Connections connections, StopSignal stop) {
        this.connections = connections;
        this.stop = stop;
    }

    @Override
    public Settings readSettings(ClusterAccess access, List<Member> newNodes, String parameter) {
        return FailureBoundary.run(
                () -> new SettingsKeeper(new ClusterReader(connections.to(access))).read(access, newNodes, parameter));
    }

    @Override
    public void applySetting(ClusterAccess access, Settings settings, String value) {
        changing(access, change -> {
            new SettingsKeeper(change.reader()).apply(change.lifeline(), settings, value);
            return null;
        });
    }

    @Override
    public List<String> restoreSettings(ClusterAccess access, Settings settings) {
        return changing(
                access, change -> new SettingsKeeper(change.reader()).restore(change.lifeline(), access, settings));
    }

    @Override
    public void addNodes(ClusterAccess access, List<Member> nodes) {
        changing(access, change -> {
            new Joiner(change).add(nodes);
            return null;
        });
    }

    @Override
    public void attachReplicas(ClusterAccess access, List<Pairing> pairings) {
        changing(access, change -> {
            new Joiner(change).add(pairings.stream().map(Pairing::replica).toList());
            new ReplicaAttacher(change).attach(pairings);
            return null;
        });
    }

    @Override
    public void removeNodes(ClusterAccess access, List<Member> nodes) {
        changing(access, change -> {
            new Remover(change).remove(nodes);
            return null;
        });
    }

    private <T> T changing(ClusterAccess access, Function<Change, T> work) {
        return FailureBoundary.run(() -> {
            try (HeartbeatLifeline lifeline = HeartbeatLifeline.start(Activity.getExecutionContext(), stop)) {
                return work.apply(new Change(new ClusterReader(connections.to(access)), access, lifeline));
            }
        });
    }
}
