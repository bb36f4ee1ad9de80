package io.slotferry.activities.joining;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeView;
import io.slotferry.workflows.contract.FailureKind;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives new masters the cluster's function libraries before they take slots: neither MIGRATE nor Valkey's own slot migration
 * carries them, and FCALL would fail after the redirect. A library that is there already is nobody's to replace: a new master
 * that has any is left as it is, and preflight has said how it differs. What was copied goes with the node, since whoever
 * removes one flushes its functions.
 */
final class FunctionCopier {
    private static final Logger log = LoggerFactory.getLogger(FunctionCopier.class);

    private final Change change;

    FunctionCopier(Change change) {
        this.change = change;
    }

    /**
     * Copies all libraries to those of these masters that have none. Where the masters that own slots differ among themselves,
     * nobody knows which are meant, and none is copied.
     *
     * @throws Halted of kind CLUSTER_CHANGED where a master does not have afterwards what the cluster's masters had before
     */
    void copy(List<Member> masters) {
        Map<NodeAddress, Map<String, String>> held = libraries(owners());
        Set<Map<String, String>> kinds = Set.copyOf(held.values());
        if (kinds.size() != 1) {
            log.warn("no function libraries are copied: the masters' own differ, {}", held.keySet());
            return;
        }
        Map<String, String> wanted = kinds.iterator().next();
        List<NodeAddress> lacking = libraries(
                        masters.stream().map(Member::address).toList())
                .entrySet()
                .stream()
                .filter(master -> master.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
        if (wanted.isEmpty() || lacking.isEmpty()) {
            return;
        }
        byte[] dump = dump(held.keySet().iterator().next());
        try (ChangeSession session = change.session(lacking)) {
            lacking.forEach(address -> restore(session.at(address), dump, wanted));
        }
    }

    private List<NodeAddress> owners() {
        return change.reader().sweep(change.access()).views().stream()
                .map(NodeView::self)
                .filter(self ->
                        self.role() == KnownNode.Role.MASTER && !self.slots().isEmpty())
                .map(KnownNode::address)
                .toList();
    }

    private Map<NodeAddress, Map<String, String>> libraries(Collection<NodeAddress> nodes) {
        return answers(change.reader().ask(nodes, node -> node.particulars().functions()));
    }

    private byte[] dump(NodeAddress node) {
        return answers(change.reader()
                        .ask(List.of(node), asked -> asked.particulars().functionDump()))
                .get(node);
    }

    private static <T> Map<NodeAddress, T> answers(Asked<T> asked) {
        asked.failures().values().forEach(failure -> {
            throw failure;
        });
        return asked.answers();
    }

    private static void restore(ChangingNode node, byte[] dump, Map<String, String> wanted) {
        node.restoreFunctions(dump);
        Map<String, String> now = node.particulars().functions();
        if (!now.equals(wanted)) {
            throw new Halted(
                    FailureKind.CLUSTER_CHANGED,
                    node.address() + " does not have the cluster's function libraries after they were copied.",
                    List.of("the cluster had " + names(wanted), "it has " + names(now)),
                    "let whoever loads functions into the cluster finish, and start again");
        }
        log.info("copied function libraries to {}: {}", node.address(), names(wanted));
    }

    private static String names(Map<String, String> libraries) {
        return libraries.entrySet().stream()
                .map(library -> library.getKey() + " " + library.getValue().substring(0, 8))
                .collect(Collectors.toCollection(TreeSet::new))
                .toString();
    }
}
