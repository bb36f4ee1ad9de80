package io.slotferry.activities.joining;

import io.slotferry.activities.attempt.Attempts;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Connections;
import io.slotferry.planning.Member;
import io.slotferry.workflows.contract.Activities;
import io.slotferry.workflows.contract.Activities.Pairing;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.Settings;
import io.slotferry.workflows.contract.Settings.Prior;
import java.util.List;
import java.util.function.Function;

/** Joining, attaching, removing and settings as activities. */
public final class JoiningActivities implements Activities.Joining {
    private final Connections connections;
    private final Attempts attempts;

    public JoiningActivities(Connections connections, Attempts attempts) {
        this.connections = connections;
        this.attempts = attempts;
    }

    @Override
    public Settings readSettings(ClusterAccess access, List<Member> newNodes, String parameter) {
        return attempts.brief(
                () -> new SettingsKeeper(new ClusterReader(connections.to(access))).read(access, newNodes, parameter));
    }

    @Override
    public void applySetting(ClusterAccess access, Settings settings, String value) {
        changing(access, nodes(settings), change -> {
            new SettingsKeeper(change.reader()).apply(change.lifeline(), settings, value);
            return null;
        });
    }

    @Override
    public List<String> restoreSettings(ClusterAccess access, Settings settings) {
        return changing(access, nodes(settings), change -> new SettingsKeeper(change.reader())
                .restore(change.lifeline(), access, settings));
    }

    @Override
    public void addNodes(ClusterAccess access, List<Member> nodes) {
        changing(access, nodes, change -> {
            new Joiner(change).add(nodes);
            // A replica has its master's from the synchronisation.
            new FunctionCopier(change).copy(nodes);
            return null;
        });
    }

    @Override
    public void attachReplicas(ClusterAccess access, List<Pairing> pairings) {
        List<Member> replicas = pairings.stream().map(Pairing::replica).toList();
        changing(access, replicas, change -> {
            new Joiner(change).add(replicas);
            new ReplicaAttacher(change).attach(pairings);
            return null;
        });
    }

    @Override
    public List<String> removeNodes(ClusterAccess access, List<Member> nodes) {
        return changing(access, nodes, change -> new Remover(change).remove(nodes));
    }

    private static List<Member> nodes(Settings settings) {
        return settings.priors().stream().map(Prior::node).toList();
    }

    /** The work, once a fence stands on the whole cluster and on these nodes, members or not. */
    private <T> T changing(ClusterAccess access, List<Member> nodes, Function<Change, T> work) {
        return attempts.lasting(lifeline -> {
            Change change = new Change(new ClusterReader(connections.to(access)), access, lifeline);
            change.fence(nodes);
            return work.apply(change);
        });
    }
}
