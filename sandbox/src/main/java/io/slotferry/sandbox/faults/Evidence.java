package io.slotferry.sandbox.faults;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that a run is judged by.
 *
 * @param members those that belonged to the cluster before
 * @param newMasters addresses of the masters that it was to grow by
 * @param newReplicas addresses of the replicas that it was to grow by
 * @param halts every halt that was seen, by its kind and its message
 * @param strangers slots that somebody else moved, and to whom
 * @param unrest why the cluster did not come to rest in the end; empty where it did
 * @param clientErrors what clients saw that they need not bear; empty where faults of nodes explain it
 */
record Evidence(
        Set<String> members,
        Set<String> newMasters,
        Set<String> newReplicas,
        Portrait before,
        Portrait after,
        Timeline timeline,
        RunEnd end,
        List<String> halts,
        Map<Integer, String> strangers,
        String unrest,
        Losses losses,
        List<String> clientErrors) {
    Evidence {
        members = Set.copyOf(members);
        newMasters = Set.copyOf(newMasters);
        newReplicas = Set.copyOf(newReplicas);
        halts = List.copyOf(halts);
        strangers = Map.copyOf(strangers);
        clientErrors = List.copyOf(clientErrors);
    }
}
