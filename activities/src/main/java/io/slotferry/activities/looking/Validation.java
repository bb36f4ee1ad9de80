package io.slotferry.activities.looking;

import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.cluster.Sweep;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.Attachment;
import io.slotferry.planning.Cluster;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.PlannedShard;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.planning.ViewAgreement;
import io.slotferry.workflows.contract.Activities.Expected;
import io.slotferry.workflows.contract.Activities.ValidateOrder;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.ValidationReport;
import io.slotferry.workflows.contract.ValidationReport.ShardSummary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Compares the cluster with the plan. What settles by itself is waited for: replicas learn the last slots' owners by gossip,
 * and targets that took the same config epoch find new ones.
 */
final class Validation {
    private static final Duration SETTLES_WITHIN = Duration.ofSeconds(60);
    private static final long LOOK_EVERY_MILLIS = 500;

    private final ClusterReader reader;
    private final ValidateOrder order;
    private final Lifeline lifeline;
    private List<CheckResult> checks = List.of();

    Validation(ClusterReader reader, ValidateOrder order, Lifeline lifeline) {
        this.reader = reader;
        this.order = order;
        this.lifeline = lifeline;
    }

    /** The report of the first look that passes, or of the last one where none does within the time. */
    ValidationReport validate() {
        long end = System.nanoTime() + SETTLES_WITHIN.toNanos();
        while (true) {
            ValidationReport report = look();
            if (report.passed() || System.nanoTime() >= end || lifeline.stopRequested()) {
                return report;
            }
            LockSupport.parkNanos(LOOK_EVERY_MILLIS * 1_000_000);
        }
    }

    private ValidationReport look() {
        checks = new ArrayList<>();
        Sweep sweep = reader.sweep(order.access());
        views(sweep);
        Optional<Cluster> agreed = ClusterViews.compare(sweep.views()) instanceof ViewAgreement.Agreed found
                ? Optional.of(found.cluster())
                : Optional.empty();
        agreed.ifPresent(cluster -> {
            if (order.expected() == Expected.BALANCED) {
                slots(cluster);
            } else if (order.expected() == Expected.AS_BEFORE) {
                asBefore(cluster);
            }
            replicas(cluster);
            canaries(cluster);
        });
        return new ValidationReport(checks, agreed.map(this::summaries).orElse(List.of()));
    }

    private void views(Sweep sweep) {
        List<String> wrong = new ArrayList<>();
        sweep.failures().values().forEach(failure -> wrong.add(failure.getMessage()));
        if (ClusterViews.compare(sweep.views()) instanceof ViewAgreement.Disagreed disagreed) {
            wrong.addAll(disagreed.differences());
        }
        ClusterViews.downLinks(sweep.views())
                .forEach(link -> wrong.add(link.viewer() + " has no bus link to " + link.node()));
        verdict("one-view", wrong, sweep.views().size() + " nodes see the same cluster");

        List<String> gaps = new ArrayList<>();
        ClusterViews.uncovered(sweep.views())
                .forEach(gap -> gaps.add(gap.viewer() + " sees no owner of " + gap.slots()));
        ClusterViews.notOk(sweep.views()).forEach(node -> gaps.add(node + " does not say cluster_state:ok"));
        verdict("coverage", gaps, "all 16,384 slots have an owner on every node");

        List<String> open = ClusterViews.openSlots(sweep.views()).stream()
                .map(held -> held.node() + " holds " + held.slots() + " open")
                .toList();
        verdict(ValidationReport.NO_OPEN_SLOT, open, "no slot is importing or migrating on any node");
    }

    private void slots(Cluster cluster) {
        List<String> wrong = new ArrayList<>();
        for (PlannedShard planned : order.plan().shards()) {
            Optional<Shard> now = shardOf(cluster, planned);
            if (now.isEmpty()) {
                wrong.add("the shard of " + planned.master() + " is not in the cluster");
            } else if (now.get().slots().size() != planned.slotsAfter()) {
                wrong.add(planned.master() + " has " + now.get().slots().size() + " slots, planned were "
                        + planned.slotsAfter());
            }
        }
        verdict("slot-counts", wrong, "every master owns its planned share");
    }

    /** Slot by slot, and node by node. */
    private void asBefore(Cluster cluster) {
        List<String> slots = new ArrayList<>();
        Map<NodeId, Member> before = new LinkedHashMap<>();
        for (PlannedShard planned : order.plan().shards()) {
            Optional<Shard> now = shardOf(cluster, planned);
            SlotRanges owned = now.map(Shard::slots).orElse(SlotRanges.none());
            missing(planned.before().minus(owned), planned, "does not own", slots);
            missing(owned.minus(planned.before()), planned, "did not own", slots);
            planned.members().forEach(member -> before.put(member.id(), member));
        }
        order.plan()
                .attachments()
                .forEach(attachment -> before.put(attachment.replica().id(), attachment.replica()));
        order.removed().forEach(before::remove);
        Map<NodeId, Member> now = new LinkedHashMap<>();
        cluster.members().forEach(member -> now.put(member.id(), member));
        List<String> members = new ArrayList<>();
        now.values().stream()
                .filter(member -> !before.containsKey(member.id()))
                .forEach(member -> members.add(member + " was no member before"));
        before.values().stream()
                .filter(member -> !now.containsKey(member.id()))
                .forEach(member -> members.add(member + " is no member any more"));
        verdict("slots-as-before", slots, "every slot is at the shard that owned it");
        verdict("members-as-before", members, now.size() + " nodes are members, as before");
    }

    private static void missing(SlotRanges slots, PlannedShard shard, String how, List<String> wrong) {
        if (!slots.isEmpty()) {
            wrong.add("the shard of " + shard.master() + " " + how + " " + slots);
        }
    }

    /** Where a member came back in another shard, or alone, the one whose master is a member and owns the slots. */
    private static Optional<Shard> shardOf(Cluster cluster, PlannedShard planned) {
        List<Member> members = planned.members().toList();
        List<Shard> found = cluster.shardsOf(members);
        return found.stream()
                .filter(shard -> members.stream()
                        .anyMatch(member -> member.id().equals(shard.master().id())))
                .max(Comparator.comparingInt(shard -> shard.slots().size()))
                .or(() -> found.stream().findFirst());
    }

    private void replicas(Cluster cluster) {
        if (!order.attached()) {
            return;
        }
        List<String> wrong = new ArrayList<>();
        for (Attachment attachment : order.plan().attachments()) {
            Member replica = attachment.replica();
            PlannedShard planned = order.plan().shards().get(attachment.shard());
            boolean attached = shardOf(cluster, planned)
                    .filter(shard ->
                            shard.members().anyMatch(member -> member.id().equals(replica.id())))
                    .isPresent();
            if (!attached) {
                wrong.add(replica + " is not a member of the shard of " + planned.master());
            }
        }
        order.plan().shards().forEach(planned -> wrong.addAll(strays(cluster, planned)));
        List<NodeAddress> addresses = cluster.shards().stream()
                .flatMap(shard -> shard.replicas().stream())
                .map(Member::address)
                .toList();
        Asked<ServerInfo> asked = reader.ask(addresses, Node::info);
        asked.failures().values().forEach(failure -> wrong.add(failure.getMessage()));
        asked.answers().forEach((address, info) -> {
            if (!info.replication().inSync()) {
                wrong.add(address + " is not linked to its master (master_link_status)");
            }
        });
        verdict("replicas-linked", wrong, addresses.size() + " replicas are linked and in sync");
    }

    /** Members that came back in another shard. */
    private static List<String> strays(Cluster cluster, PlannedShard planned) {
        Optional<Shard> own = shardOf(cluster, planned);
        return planned.members()
                .flatMap(member -> cluster.shardsOf(List.of(member)).stream()
                        .filter(shard -> own.filter(shard::equals).isEmpty())
                        .map(shard -> member + " is in the shard of " + shard.master()
                                + ", not in its own: CLUSTER REPLICATE "
                                + own.orElseThrow().master().id() + " on it"))
                .toList();
    }

    /** One canary on every master that the run added. */
    private void canaries(Cluster cluster) {
        if (order.expected() == Expected.AS_BEFORE) {
            return;
        }
        List<String> wrong = new ArrayList<>();
        int flown = 0;
        for (PlannedShard planned : order.plan().shards()) {
            Optional<Shard> shard = planned.added() ? shardOf(cluster, planned) : Optional.empty();
            if (shard.isPresent() && !shard.get().slots().isEmpty()) {
                int slot = shard.get().slots().stream().findFirst().orElseThrow();
                reader.nodes()
                        .canary(order.access().seeds(), slot)
                        .ifPresent(problem -> wrong.add("on " + shard.get().master() + ": " + problem));
                flown++;
            }
        }
        verdict("canary-keys", wrong, "a cluster client wrote and read a key on " + flown + " new masters");
    }

    private void verdict(String check, List<String> wrong, String passed) {
        if (wrong.isEmpty()) {
            checks.add(new CheckResult(check, Optional.empty(), Verdict.PASS, passed, "", false));
            return;
        }
        int shown = Math.min(wrong.size(), ClusterViews.MAX_DIFFERENCES);
        checks.add(new CheckResult(
                check,
                Optional.empty(),
                Verdict.FAIL,
                String.join("; ", wrong.subList(0, shown))
                        + (wrong.size() > shown ? "; and " + (wrong.size() - shown) + " more" : ""),
                "mend what is named, then slotferry retry",
                false));
    }

    private List<ShardSummary> summaries(Cluster cluster) {
        List<NodeAddress> masters =
                cluster.shards().stream().map(shard -> shard.master().address()).toList();
        Asked<ServerInfo> asked = reader.ask(masters, Node::info);
        return cluster.shards().stream()
                .map(shard -> new ShardSummary(
                        shard.master().id(),
                        shard.master().address(),
                        shard.slots().size(),
                        Optional.ofNullable(asked.answers().get(shard.master().address()))
                                .map(ServerInfo::totalKeys)
                                .orElse(0L),
                        shard.replicas().stream().map(Member::address).toList()))
                .toList();
    }
}
