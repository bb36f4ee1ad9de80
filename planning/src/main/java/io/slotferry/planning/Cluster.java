package io.slotferry.planning;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A cluster on which every node's view agrees. Shards stand in the order of their masters' IDs. */
public record Cluster(List<Shard> shards) {
    public Cluster {
        shards = shards.stream()
                .sorted((a, b) -> a.master().id().compareTo(b.master().id()))
                .toList();
    }

    /** Every node: masters and replicas. */
    public Stream<Member> members() {
        return shards.stream().flatMap(Shard::members);
    }

    /**
     * The shards to which these nodes belong now: more than one where a shard was taken apart, none where it is gone.
     *
     * @param members of one shard, at an earlier time
     */
    public List<Shard> shardsOf(Collection<Member> members) {
        Set<NodeId> ids = members.stream().map(Member::id).collect(Collectors.toSet());
        return shards.stream()
                .filter(shard -> shard.members().anyMatch(member -> ids.contains(member.id())))
                .toList();
    }

    /** Whether all nodes run on one host, as in a sandbox. */
    public boolean onOneHost() {
        return members().map(member -> member.address().host()).distinct().count() == 1;
    }

    /** The lowest ID among all members: the cluster's name for the lease, whatever an operator calls it. */
    public NodeId lowestId() {
        return members().map(Member::id).min(NodeId::compareTo).orElseThrow();
    }
}
