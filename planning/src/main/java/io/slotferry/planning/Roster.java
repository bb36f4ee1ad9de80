package io.slotferry.planning;

import io.slotferry.planning.PlanOrder.NewReplica;
import io.slotferry.planning.PlanOutcome.Code;
import io.slotferry.planning.PlanOutcome.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The request's nodes laid over the cluster's: which shards there will be, and which replicas are still to be attached.
 *
 * @param shards those of the cluster, then one for each new master that is not a member yet. A node of the request that
 *     has joined but not been attached yet, and so still is an empty master, is no shard.
 * @param joined how many of the shards are in the cluster already
 * @param grown indices of the shards of the request's new masters
 * @param loose replicas to be attached
 * @param fixed index of the shard that the request fixed for a loose replica
 */
record Roster(List<Shard> shards, int joined, List<Integer> grown, List<NewReplica> loose, Map<NodeId, Integer> fixed) {

    /** The request's roster, or what makes it contradict itself or the cluster (added to {@code reasons}). */
    static Roster of(PlanOrder order, List<Reason> reasons) {
        return new Maker(order, reasons).make();
    }

    private static final class Maker {
        private final PlanOrder order;
        private final List<Reason> reasons;
        private final List<Shard> shards = new ArrayList<>();
        private final Map<NodeId, Integer> shardOf = new HashMap<>();
        private final Set<NodeId> newMasters;
        private final Set<NodeId> newReplicas;

        Maker(PlanOrder order, List<Reason> reasons) {
            this.order = order;
            this.reasons = reasons;
            newMasters = order.newMasters().stream().map(Member::id).collect(Collectors.toSet());
            newReplicas = order.newReplicas().stream().map(r -> r.node().id()).collect(Collectors.toSet());
        }

        Roster make() {
            refuseNodesNamedTwice();
            order.cluster().shards().stream()
                    .filter(shard -> !joinedButLoose(shard))
                    .forEach(this::add);
            int joined = shards.size();
            List<Integer> grown = order.newMasters().stream()
                    .map(this::grownShard)
                    .filter(Objects::nonNull)
                    .distinct()
                    .toList();
            List<NewReplica> loose = new ArrayList<>();
            Map<NodeId, Integer> fixed = new HashMap<>();
            for (NewReplica replica : order.newReplicas()) {
                Optional<Integer> wanted = fixedShard(replica);
                if (!shardOf.containsKey(replica.node().id())) {
                    loose.add(replica);
                    wanted.ifPresent(shard -> fixed.put(replica.node().id(), shard));
                } else {
                    refuseAnotherRole(replica, wanted);
                }
            }
            return new Roster(List.copyOf(shards), joined, grown, List.copyOf(loose), Map.copyOf(fixed));
        }

        private void refuse(Code code, String message) {
            reasons.add(new Reason(code, message));
        }

        private void refuseNodesNamedTwice() {
            Set<NodeId> ids = new HashSet<>();
            Set<NodeAddress> addresses = new HashSet<>();
            Stream.concat(
                            order.newMasters().stream(),
                            order.newReplicas().stream().map(NewReplica::node))
                    .forEach(node -> {
                        boolean newId = ids.add(node.id());
                        boolean newAddress = addresses.add(node.address());
                        if (!newId || !newAddress) {
                            refuse(
                                    Code.NODE_NAMED_TWICE,
                                    node + " stands twice among the nodes to be added: name each node once, as a master"
                                            + " or as a replica.");
                        }
                    });
        }

        private boolean joinedButLoose(Shard shard) {
            return newReplicas.contains(shard.master().id())
                    && shard.slots().isEmpty()
                    && shard.replicas().isEmpty();
        }

        private int add(Shard shard) {
            int index = shards.size();
            shards.add(shard);
            shard.members().forEach(member -> shardOf.put(member.id(), index));
            return index;
        }

        /** The shard of a new master; null (and a reason) where the cluster gives that node another role. */
        private Integer grownShard(Member master) {
            Integer index = shardOf.get(master.id());
            if (index == null) {
                return add(new Shard(master, List.of(), SlotRanges.none()));
            }
            Member head = shards.get(index).master();
            // After a failover in a shard that was grown already, its replica of the request is the master.
            if (head.id().equals(master.id()) || newReplicas.contains(head.id())) {
                return index;
            }
            refuse(
                    Code.MEMBER_IN_ANOTHER_ROLE,
                    master + " is to become a master, but is a replica of " + head
                            + " in the cluster already: take it out of add.masters.");
            return null;
        }

        private void refuseAnotherRole(NewReplica replica, Optional<Integer> wanted) {
            int index = shardOf.get(replica.node().id());
            Shard shard = shards.get(index);
            boolean isMaster = shard.master().id().equals(replica.node().id());
            if (isMaster && shard.replicas().stream().noneMatch(r -> newMasters.contains(r.id()))) {
                refuse(
                        Code.MEMBER_IN_ANOTHER_ROLE,
                        replica.node() + " is to become a replica, but is a master with "
                                + shard.slots().size() + " slots and "
                                + shard.replicas().size()
                                + " replicas in the cluster already: take it out of add.replicas.");
            } else if (wanted.isPresent() && wanted.get() != index) {
                refuse(
                        Code.MEMBER_IN_ANOTHER_ROLE,
                        replica.node() + " is to be a replica of "
                                + replica.of().orElseThrow() + ", but belongs to "
                                + shard.master() + " in the cluster already: take it out of add.replicas, or leave out"
                                + " its replicaOf.");
            }
        }

        private Optional<Integer> fixedShard(NewReplica replica) {
            if (replica.of().isEmpty()) {
                return Optional.empty();
            }
            NodeAddress wanted = replica.of().get();
            for (int i = 0; i < shards.size(); i++) {
                Shard shard = shards.get(i);
                boolean named = shard.master().address().equals(wanted)
                        || shard.replicas().stream()
                                .anyMatch(r -> r.address().equals(wanted) && newMasters.contains(r.id()));
                if (named) {
                    return Optional.of(i);
                }
            }
            String follows = shards.stream()
                    .filter(s -> s.replicas().stream().anyMatch(r -> r.address().equals(wanted)))
                    .findFirst()
                    .map(s -> " (it is a replica of " + s.master() + ")")
                    .orElse("");
            refuse(
                    Code.UNKNOWN_MASTER_FOR_REPLICA,
                    replica.node() + " is to be a replica of " + wanted
                            + ", which is neither a master of the cluster nor among the masters to be added" + follows
                            + ": correct its replicaOf, or leave it out to have it paired.");
            return Optional.empty();
        }
    }
}
