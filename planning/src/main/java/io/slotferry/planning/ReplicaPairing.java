package io.slotferry.planning;

import io.slotferry.planning.PlanOrder.NewReplica;
import io.slotferry.planning.PlanOutcome.Code;
import io.slotferry.planning.PlanOutcome.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Gives each loose replica a shard, so that none shares a host with its master and the masters have as many replicas as
 * each other.
 *
 * <p>Replicas with a fixed master go there. The others go to the request's new masters, whose numbers of replicas then
 * differ by one at most (or, where some have more by fixing, the rest is filled up evenly); where the request adds no
 * master, they go to the masters of the cluster with the fewest replicas. This is an optimal semi-matching: each replica
 * in turn goes to the least loaded master that it can reach, directly or by moving others along an alternating path
 * (Harvey, Ladner, Lovász, Tamir: "Semi-matchings for bipartite graphs and load balancing", 2006). It finds an even
 * pairing wherever there is one.
 *
 * <p>Where every node of cluster and request is on one and the same host, this is a sandbox: nobody could keep replica
 * and master apart there, so the rule about hosts is waived. Hosts are compared as text.
 */
final class ReplicaPairing {
    private final Roster roster;
    private final boolean oneHost;
    private final List<Reason> reasons;
    private final int[] load;
    private final List<Integer> candidates;
    private final Map<NewReplica, Integer> paired = new HashMap<>();
    private final Map<Integer, Set<NewReplica>> free = new HashMap<>();

    private ReplicaPairing(Roster roster, boolean oneHost, List<Reason> reasons) {
        this.roster = roster;
        this.oneHost = oneHost;
        this.reasons = reasons;
        this.load = roster.shards().stream()
                .mapToInt(shard -> shard.replicas().size())
                .toArray();
        this.candidates = roster.grown().isEmpty()
                ? IntStream.range(0, roster.shards().size()).boxed().toList()
                : roster.grown();
    }

    /** The attachments in the order of the request, or why there are none (added to {@code reasons}). */
    static List<Attachment> of(Roster roster, PlanOrder order, List<Reason> reasons) {
        return new ReplicaPairing(roster, isSandbox(order), reasons).attachments();
    }

    /** Whether every node of cluster and request is on one and the same host. */
    static boolean isSandbox(PlanOrder order) {
        return Stream.of(
                                order.cluster().members(),
                                order.newMasters().stream(),
                                order.newReplicas().stream().map(NewReplica::node))
                        .flatMap(members -> members)
                        .map(ReplicaPairing::host)
                        .distinct()
                        .limit(2)
                        .count()
                < 2;
    }

    private static String host(Member member) {
        return member.address().host();
    }

    private List<Attachment> attachments() {
        for (NewReplica replica : roster.loose()) {
            Integer shard = roster.fixed().get(replica.node().id());
            if (shard != null) {
                fix(replica, shard);
            }
        }
        int[] fixedLoad = load.clone();
        List<NewReplica> unpaired =
                roster.loose().stream().filter(r -> r.of().isEmpty()).toList();
        List<NewReplica> hopeless =
                unpaired.stream().filter(replica -> !place(replica)).toList();
        if (!hopeless.isEmpty()) {
            refuseHopeless(hopeless);
        } else if (!roster.grown().isEmpty()) {
            refuseUneven(fixedLoad, unpaired);
        }
        return roster.loose().stream()
                .filter(paired::containsKey)
                .map(replica -> new Attachment(replica.node(), paired.get(replica)))
                .toList();
    }

    private boolean allowed(NewReplica replica, int shard) {
        return oneHost
                || !host(replica.node()).equals(host(roster.shards().get(shard).master()));
    }

    private void fix(NewReplica replica, int shard) {
        if (!allowed(replica, shard)) {
            refuse("replica " + replica.node() + " is fixed to its master "
                    + roster.shards().get(shard).master() + " on the same host " + host(replica.node())
                    + ", whose loss would lose both: give it a master on another host, or leave out its replicaOf to"
                    + " have it paired.");
        }
        paired.put(replica, shard);
        load[shard]++;
    }

    private void refuse(String message) {
        reasons.add(new Reason(Code.REPLICA_BESIDE_ITS_MASTER, message));
    }

    /**
     * Gives the replica to the least loaded master within reach.
     *
     * @return false where no master is on another host
     */
    private boolean place(NewReplica replica) {
        Map<Integer, NewReplica> cameBy = reach(replica);
        if (cameBy.isEmpty()) {
            return false;
        }
        int shard = cameBy.keySet().stream()
                .min(Comparator.comparingInt(s -> load[s]))
                .orElseThrow();
        load[shard]++;
        // Back along the path: each replica on it moves on to the next master, and leaves its own to the one before.
        for (NewReplica mover = cameBy.get(shard); ; mover = cameBy.get(shard)) {
            Integer leaves = paired.put(mover, shard);
            free.computeIfAbsent(shard, s -> new LinkedHashSet<>()).add(mover);
            if (leaves == null) {
                return true;
            }
            free.get(leaves).remove(mover);
            shard = leaves;
        }
    }

    /** Every master within reach, nearest first, with the replica that would move to it. */
    private Map<Integer, NewReplica> reach(NewReplica start) {
        int lightest = candidates.stream().mapToInt(s -> load[s]).min().orElse(0);
        Map<Integer, NewReplica> cameBy = new LinkedHashMap<>();
        List<Integer> unseen = candidates;
        Deque<NewReplica> queue = new ArrayDeque<>(List.of(start));
        while (!queue.isEmpty() && !unseen.isEmpty()) {
            NewReplica replica = queue.remove();
            List<Integer> barred = new ArrayList<>();
            for (int shard : unseen) {
                if (!allowed(replica, shard)) {
                    barred.add(shard);
                    continue;
                }
                cameBy.put(shard, replica);
                if (load[shard] == lightest) {
                    return cameBy;
                }
                queue.addAll(free.getOrDefault(shard, Set.of()));
            }
            unseen = barred;
        }
        return cameBy;
    }

    private void refuseHopeless(List<NewReplica> hopeless) {
        refuse("no master is left on another host for " + names(hopeless) + ": "
                + (roster.grown().isEmpty() ? "every master of the cluster" : "every new master") + " is on "
                + hosts(candidates) + " as well. Put " + (hopeless.size() == 1 ? "this replica" : "these replicas")
                + " on another host" + orFix(hopeless.get(0)));
    }

    private void refuseUneven(int[] fixedLoad, List<NewReplica> unpaired) {
        int level = level(fixedLoad, unpaired.size());
        List<Integer> starved = candidates.stream().filter(s -> load[s] < level).toList();
        List<Integer> crowded = candidates.stream()
                .filter(s -> load[s] > Math.max(fixedLoad[s], level + 1))
                .toList();
        if (starved.isEmpty() && crowded.isEmpty()) {
            return;
        }
        Set<Integer> ill = new TreeSet<>(starved.isEmpty() ? crowded : starved);
        List<NewReplica> beside = unpaired.stream()
                .filter(r -> starved.isEmpty()
                        ? ill.contains(paired.get(r))
                        : !allowed(r, ill.iterator().next()))
                .toList();
        refuse("the replicas cannot be spread evenly over the new masters and kept off their masters' hosts: "
                + masters(ill) + " on " + hosts(ill) + " would have "
                + load[ill.iterator().next()] + " where " + level + (starved.isEmpty() ? " or " + (level + 1) : "")
                + " would be even, as " + names(beside) + " cannot be placed otherwise. Put "
                + (beside.size() == 1 ? "it" : "one of them") + " on another host"
                + orFix(beside.get(0)));
    }

    private static String orFix(NewReplica replica) {
        return ", or fix its master: {\"node\": \"" + replica.node().address() + "\", \"replicaOf\": \"<master>\"}.";
    }

    /** The number of replicas that every new master has at least when so many more are poured over them evenly. */
    private int level(int[] fixedLoad, int more) {
        int level = 0;
        while (missing(fixedLoad, level + 1) <= more) {
            level++;
        }
        return level;
    }

    private int missing(int[] fixedLoad, int level) {
        return candidates.stream()
                .mapToInt(s -> Math.max(0, level - fixedLoad[s]))
                .sum();
    }

    private static String names(Collection<NewReplica> replicas) {
        return Texts.some(replicas.stream().map(r -> r.node().toString()).toList(), 5);
    }

    private String masters(Collection<Integer> some) {
        return Texts.some(
                some.stream()
                        .map(s -> roster.shards().get(s).master().toString())
                        .toList(),
                5);
    }

    private String hosts(Collection<Integer> some) {
        return Texts.some(
                some.stream()
                        .map(s -> host(roster.shards().get(s).master()))
                        .distinct()
                        .toList(),
                5);
    }
}
