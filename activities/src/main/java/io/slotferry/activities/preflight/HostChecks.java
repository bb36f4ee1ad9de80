package io.slotferry.activities.preflight;

import io.slotferry.planning.Cluster;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Flag;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Shard;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** That a majority of masters outlives a failure, of one of them or of a host. Hosts are told apart by their text. */
final class HostChecks {
    private final Answers answers;
    private final Readings readings;
    private final Set<NodeAddress> silent;

    /**
     * Checks by these readings.
     *
     * @param silent known nodes that do not answer
     */
    HostChecks(Answers answers, Readings readings, Set<NodeAddress> silent) {
        this.answers = answers;
        this.readings = readings;
        this.silent = silent;
    }

    void check() {
        if (readings.agreed().isEmpty()) {
            withoutMajority()
                    .ifPresentOrElse(
                            this::noQuorum,
                            () -> answers.notApplicable(CheckName.QUORUM, Optional.empty(), "the nodes' views differ"));
            answers.notApplicable(CheckName.HOSTS_WITH_MASTERS, Optional.empty(), "the nodes' views differ");
            return;
        }
        Cluster cluster = readings.agreed().get();
        quorum(cluster);
        hosts(cluster);
    }

    /** Masters that own slots vote. */
    private static List<Shard> voters(Cluster cluster) {
        return cluster.shards().stream()
                .filter(shard -> !shard.slots().isEmpty())
                .toList();
    }

    private void noQuorum(String figures) {
        answers.fail(
                CheckName.QUORUM,
                Optional.empty(),
                figures + ": no replica can be promoted, and the others refuse clients",
                "bring the failed masters back");
    }

    /** Where the majority is gone the views differ, since those that are gone have none; each that is left shows it. */
    private Optional<String> withoutMajority() {
        return readings.views().stream()
                .map(view -> view.nodes().stream()
                        .filter(node -> !node.slots().isEmpty())
                        .toList())
                .filter(voters -> alive(voters) < majority(voters.size()))
                .map(voters -> figures(alive(voters), voters.size()))
                .findFirst();
    }

    private long alive(List<KnownNode> voters) {
        return voters.stream().filter(node -> !isGone(node)).count();
    }

    private boolean isGone(KnownNode node) {
        return silent.contains(node.address())
                || node.flags().contains(Flag.FAIL)
                || node.flags().contains(Flag.PFAIL);
    }

    private static int majority(int voters) {
        return voters / 2 + 1;
    }

    private static String figures(long alive, int voters) {
        return alive + " of " + Preflight.counted(voters, "master") + " with slots can vote, " + majority(voters)
                + " are a majority";
    }

    private void quorum(Cluster cluster) {
        Set<NodeId> failing = ClusterViews.failing(readings.views()).stream()
                .filter(found -> found.flag() == Flag.FAIL || found.flag() == Flag.PFAIL)
                .map(found -> found.node().id())
                .collect(Collectors.toSet());
        List<Shard> voters = voters(cluster);
        long alive = voters.stream()
                .filter(shard -> !failing.contains(shard.master().id()))
                .count();
        int majority = majority(voters.size());
        String figures = figures(alive, voters.size());
        if (alive < majority) {
            noQuorum(figures);
        } else if (alive == majority) {
            answers.warn(
                    CheckName.QUORUM,
                    Optional.empty(),
                    figures + ": if one fails during the run, no replica can be promoted",
                    "three masters that are all up outlive the loss of one; bring back what is missing, or go on"
                            + " knowing it");
        } else {
            answers.pass(CheckName.QUORUM, Optional.empty(), figures);
        }
    }

    private void hosts(Cluster cluster) {
        Map<String, Integer> now = new TreeMap<>();
        voters(cluster).forEach(shard -> now.merge(shard.master().address().host(), 1, Integer::sum));
        if (cluster.onOneHost()) {
            answers.notApplicable(
                    CheckName.HOSTS_WITH_MASTERS, Optional.empty(), "all nodes run on one host: a sandbox");
            return;
        }
        Map<String, Integer> after = new TreeMap<>(now);
        Set<NodeAddress> masters =
                voters(cluster).stream().map(shard -> shard.master().address()).collect(Collectors.toSet());
        readings.request().add().masters().stream()
                .filter(address -> !masters.contains(address))
                .forEach(address -> after.merge(address.host(), 1, Integer::sum));
        boolean troubleNow = hosts("now", now);
        boolean troubleAfter = hosts("after the expansion", after);
        if (!troubleNow && !troubleAfter) {
            answers.pass(
                    CheckName.HOSTS_WITH_MASTERS,
                    Optional.empty(),
                    "masters on " + now.size() + " hosts now, on " + after.size()
                            + " after the expansion; the loss of any leaves a majority");
        }
    }

    private boolean hosts(String when, Map<String, Integer> masters) {
        int all = masters.values().stream().mapToInt(Integer::intValue).sum();
        int most = Collections.max(masters.values());
        String host = masters.entrySet().stream()
                .filter(entry -> entry.getValue() == most)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        if (all - most < all / 2 + 1) {
            answers.warn(
                    CheckName.HOSTS_WITH_MASTERS,
                    Optional.empty(),
                    when + " " + host + " has " + most + " of " + Preflight.counted(all, "master")
                            + ": its loss leaves no majority, and no replica would be promoted",
                    "spread the masters over at least three hosts (CLUSTER FAILOVER on a replica elsewhere)");
            return true;
        }
        if (masters.size() % 2 == 0) {
            answers.warn(
                    CheckName.HOSTS_WITH_MASTERS,
                    Optional.empty(),
                    when + " masters run on " + masters.size()
                            + " hosts, an even number: cut in two equal halves, neither has a majority",
                    "an odd number of hosts with masters always leaves one side able to go on");
            return true;
        }
        return false;
    }
}
