package io.slotferry.activities.joining;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.cluster.Sweep;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.Settings;
import io.slotferry.workflows.contract.Settings.Prior;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads a parameter everywhere, sets it, and puts back what was. */
final class SettingsKeeper {
    private final ClusterReader reader;

    SettingsKeeper(ClusterReader reader) {
        this.reader = reader;
    }

    /** What the members and the new nodes have; a node that does not know the parameter is left out. */
    Settings read(ClusterAccess access, List<Member> newNodes, String parameter) {
        Agreed agreed = reader.agreed(access);
        Map<NodeId, Member> members = new LinkedHashMap<>();
        Stream.concat(agreed.cluster().members(), newNodes.stream())
                .forEach(member -> members.putIfAbsent(member.id(), member));
        Asked<Optional<String>> asked =
                reader.ask(members.values().stream().map(Member::address).toList(), node -> node.config(parameter));
        if (!asked.failures().isEmpty()) {
            throw asked.failures().values().iterator().next();
        }
        List<Prior> priors = new ArrayList<>();
        members.values()
                .forEach(member ->
                        asked.answers().get(member.address()).ifPresent(value -> priors.add(new Prior(member, value))));
        return new Settings(parameter, priors);
    }

    void apply(Lifeline lifeline, Settings settings, String value) {
        List<NodeAddress> differing = settings.priors().stream()
                .filter(prior -> !prior.value().equals(value))
                .map(prior -> prior.node().address())
                .toList();
        try (ChangeSession session = ChangeSession.open(reader.nodes(), lifeline, differing)) {
            differing.forEach(address -> session.at(address).setConfig(settings.parameter(), value));
        }
    }

    /** Puts back; answers a line for each node where that could not be done, or must not be. */
    List<String> restore(Lifeline lifeline, ClusterAccess access, Settings settings) {
        Map<NodeId, NodeAddress> now = addressesNow(access);
        List<String> passedOver = new ArrayList<>();
        for (Prior prior : settings.priors()) {
            // A node that was removed again was reset to another ID, and is asked at its old address.
            NodeAddress address =
                    now.getOrDefault(prior.node().id(), prior.node().address());
            try {
                restore(lifeline, address, settings.parameter(), prior.value());
            } catch (NodeFailure e) {
                passedOver.add(settings.parameter() + " of " + prior.node() + " is to be set to " + prior.value()
                        + " by hand: " + e.getMessage());
            }
        }
        return passedOver;
    }

    private void restore(Lifeline lifeline, NodeAddress address, String parameter, String value) {
        try (Node node = reader.nodes().look(address)) {
            if (node.config(parameter).filter(value::equals).isPresent()) {
                return;
            }
        }
        try (ChangeSession session = ChangeSession.open(reader.nodes(), lifeline, List.of(address))) {
            session.at(address).setConfig(parameter, value);
        }
    }

    private Map<NodeId, NodeAddress> addressesNow(ClusterAccess access) {
        Map<NodeId, NodeAddress> addresses = new HashMap<>();
        Sweep sweep = reader.sweep(access);
        sweep.views().stream().map(NodeView::self).forEach(self -> addresses.put(self.id(), self.address()));
        return addresses;
    }
}
