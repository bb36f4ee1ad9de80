package io.slotferry.activities.looking;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.AtomicOffer;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.preflight.NewNode;
import io.slotferry.activities.preflight.NewNodes;
import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan.AttachOrder;
import io.slotferry.planning.PlanOrder;
import io.slotferry.planning.PlanOrder.NewReplica;
import io.slotferry.planning.PlanOutcome;
import io.slotferry.planning.PlanOutcome.Code;
import io.slotferry.planning.PlanText;
import io.slotferry.planning.Planner;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.planning.SlotWeights;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.ByteSize;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.PlanAnswer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes the plan from the cluster as it is now. */
final class PlanMaker {
    private static final int MOST_REASONS = 3;

    private final ClusterReader reader;

    PlanMaker(ClusterReader reader) {
        this.reader = reader;
    }

    PlanAnswer make(ExpandRequest request, BigKeys bigKeys, Optional<SlotWeights> weights) {
        Agreed agreed = reader.agreed(request.access());
        Asked<NewNode> asked = NewNodes.ask(reader, request);
        if (!asked.failures().isEmpty()) {
            throw asked.failures().values().iterator().next();
        }
        AtomicOffer offer = offer(request, agreed);
        Sized sized = new Sized(
                request, agreed, asked.answers(), keys(agreed), BatchSizes.of(reader, request, agreed, offer), weights);
        PlanOutcome outcome = plan(sized, bigKeys.overLimit());
        boolean tooBig = isImpossibleForBigKeys(outcome);
        boolean accepted = tooBig && request.accept().contains(BigKeys.CHECK);
        if (accepted) {
            outcome = plan(sized, bigKeys.overHardLimit());
            tooBig = isImpossibleForBigKeys(outcome);
        }
        List<NodeId> members =
                agreed.cluster().members().map(Member::id).sorted().toList();
        List<NodeId> joined = asked.answers().values().stream()
                .map(node -> node.member().id())
                .filter(members::contains)
                .toList();
        if (outcome instanceof PlanOutcome.Planned planned) {
            return new PlanAnswer(
                    Optional.of(planned.plan()),
                    PlanText.render(planned.plan(), request.cluster().name())
                            + thresholds(request.thresholds())
                            + window(request)
                            + backup(request)
                            + migration(request, offer)
                            + (accepted ? bigKeysMove(request.bigKeys(), bigKeys) : unneeded(request, bigKeys)),
                    members,
                    joined);
        }
        if (outcome instanceof PlanOutcome.Impossible impossible) {
            if (tooBig) {
                throw bigKeysInTheWay(request, bigKeys, impossible);
            }
            throw new Halted(
                    FailureKind.IMPOSSIBLE_PLAN,
                    "No plan can satisfy the request; nothing was touched.",
                    impossible.reasons().stream()
                            .map(PlanOutcome.Reason::message)
                            .toList(),
                    "change the request as the lines above say");
        }
        return new PlanAnswer(
                Optional.empty(),
                "Nothing to do: the cluster is balanced and every node of the request is a member in its role.\n",
                members,
                joined);
    }

    /**
     * What a plan is made of.
     *
     * @param sizes of its batches, the best one first
     */
    private record Sized(
            ExpandRequest request,
            Agreed agreed,
            Map<NodeAddress, NewNode> nodes,
            Map<NodeId, Long> keys,
            List<Integer> sizes,
            Optional<SlotWeights> weights) {}

    /** With the best size of batches; with another one where that is the plan that was agreed on. */
    private PlanOutcome plan(Sized sized, SlotRanges kept) {
        PlanOutcome best = Planner.plan(order(sized, sized.sizes().get(0), kept));
        Optional<String> agreedOn = sized.request().plan();
        if (agreedOn.isEmpty() || isPlan(best, agreedOn.get())) {
            return best;
        }
        return sized.sizes().stream()
                .skip(1)
                .map(slots -> Planner.plan(order(sized, slots, kept)))
                .filter(outcome -> isPlan(outcome, agreedOn.get()))
                .findFirst()
                .orElse(best);
    }

    private static boolean isPlan(PlanOutcome outcome, String fingerprint) {
        return outcome instanceof PlanOutcome.Planned planned
                && planned.plan().fingerprint().equals(fingerprint);
    }

    /** What every member and every new node offers. */
    private AtomicOffer offer(ExpandRequest request, Agreed agreed) {
        if (request.batch().migration() == Migration.KEYS) {
            return new AtomicOffer(Kind.NONE, List.of());
        }
        List<NodeAddress> nodes = Stream.of(
                        agreed.addresses().stream(),
                        request.add().masters().stream(),
                        request.add().replicas().stream().map(ExpandRequest.Replica::node))
                .flatMap(some -> some)
                .distinct()
                .toList();
        AtomicOffer offer = AtomicOffer.of(reader.ask(nodes, AtomicOffer::asked));
        if (request.batch().migration() == Migration.ATOMIC && offer.kind() == Kind.NONE) {
            throw new Halted(
                    FailureKind.IMPOSSIBLE_PLAN,
                    "Not every node offers atomic slot migration, as batch.migration asks for; nothing was touched.",
                    offer.without(),
                    "leave batch.migration out, or say KEYS; or mend what the lines above say: it takes Valkey 9.0 or Redis 8.4"
                            + " on every node, and one database on Valkey");
        }
        return offer;
    }

    /** How slots will move, and why so. */
    private static String migration(ExpandRequest request, AtomicOffer offer) {
        Migration wanted = request.batch().migration();
        if (wanted == Migration.KEYS) {
            return "Slots move key by key, as the request says.\n";
        }
        if (offer.isTaken(wanted)) {
            return "Slots move whole by the servers' own migration ("
                    + offer.kind().command() + "), which every node offers"
                    + (request.batch().slots().isEmpty() ? "; batches are as large as its jobs are worth.\n" : ".\n");
        }
        List<String> without = offer.without();
        return "Slots move key by key: "
                + String.join("; ", without.subList(0, Math.min(without.size(), MOST_REASONS)))
                + (without.size() > MOST_REASONS ? "; and " + (without.size() - MOST_REASONS) + " more" : "") + ".\n";
    }

    private static boolean isImpossibleForBigKeys(PlanOutcome outcome) {
        return outcome instanceof PlanOutcome.Impossible impossible
                && impossible.reasons().stream().anyMatch(reason -> reason.code() == Code.TOO_MANY_KEPT_SLOTS);
    }

    private static Halted bigKeysInTheWay(ExpandRequest request, BigKeys bigKeys, PlanOutcome.Impossible impossible) {
        List<String> evidence = new ArrayList<>();
        impossible.reasons().forEach(reason -> evidence.add(reason.message()));
        bigKeys.keys().forEach(key -> evidence.add(key.text()));
        boolean hard = request.accept().contains(BigKeys.CHECK);
        return new Halted(
                FailureKind.IMPOSSIBLE_PLAN,
                "Keys too big to be moved leave no plan with even shares; nothing was touched.",
                evidence,
                "split those keys, delete them with UNLINK, or let the application move them, then start again"
                        + (hard
                                ? "; those over "
                                        + ByteSize.text(
                                                request.bigKeys().hardLimit().bytes()) + " are never moved by MIGRATE"
                                : "; or take their block on yourself with \"accept\": [\"" + BigKeys.CHECK
                                        + "\"], for keys up to "
                                        + ByteSize.text(
                                                request.bigKeys().hardLimit().bytes())));
    }

    private static String bigKeysMove(BigKeyLimits limits, BigKeys bigKeys) {
        return "Keys over " + ByteSize.text(limits.limit().bytes()) + " move too, as the request accepts: "
                + bigKeys.keys().stream()
                        .filter(key -> key.bytes() <= limits.hardLimit().bytes())
                        .map(BigKeys.BigKey::text)
                        .collect(Collectors.joining("; "))
                + ".\n";
    }

    /** An acceptance that nothing needed is told, as those of the other checks are. */
    private static String unneeded(ExpandRequest request, BigKeys bigKeys) {
        return bigKeys.count() > 0 && request.accept().contains(BigKeys.CHECK)
                ? "Accepting \"" + BigKeys.CHECK + "\" was not needed: the plan goes round the slots of the keys over "
                        + ByteSize.text(request.bigKeys().limit().bytes()) + ".\n"
                : "";
    }

    /** Shown where they are not the usual ones. */
    private static String thresholds(Thresholds thresholds) {
        return thresholds.equals(Thresholds.DEFAULT)
                ? ""
                : "Batches wait while a node is over: " + thresholds.text() + ".\n";
    }

    private static String window(ExpandRequest request) {
        return request.window()
                .map(hours -> "Batches start in the window " + hours + " alone"
                        + request.prepareBefore()
                                .map(ahead -> "; it is prepared " + ahead + " before")
                                .orElse("")
                        + ".\n")
                .orElse("");
    }

    private static String backup(ExpandRequest request) {
        return request.withoutBackup()
                ? "NO BACKUP is made: the request says \"backup\": \"" + ExpandRequest.NO_BACKUP + "\".\n"
                : "Before anything changes, an RDB of every master is written to " + request.backup()
                        + " and verified"
                        + (request.backupOptions().restoreCheck() ? ", and loaded by a server there" : "") + ".\n";
    }

    private PlanOrder order(Sized sized, int slotsPerBatch, SlotRanges kept) {
        ExpandRequest request = sized.request();
        Map<NodeAddress, NewNode> nodes = sized.nodes();
        return new PlanOrder(
                sized.agreed().cluster(),
                request.add().masters().stream()
                        .map(address -> nodes.get(address).member())
                        .toList(),
                request.add().replicas().stream()
                        .map(replica -> new NewReplica(nodes.get(replica.node()).member(), replica.replicaOf()))
                        .toList(),
                slotsPerBatch,
                attachOrder(request, nodes),
                sized.keys(),
                request.pacing().pause(),
                request.canonical(),
                kept,
                sized.weights());
    }

    /**
     * AUTO attaches after the reshard, as the runbook does, only where each new master persists its writes, and no window
     * can split the reshard over nights: otherwise what was moved would have one copy, in memory or for days.
     */
    private static AttachOrder attachOrder(ExpandRequest request, Map<NodeAddress, NewNode> nodes) {
        return switch (request.attachReplicas()) {
            case AFTER_RESHARD -> AttachOrder.AFTER_RESHARD;
            case BEFORE_RESHARD -> AttachOrder.BEFORE_RESHARD;
            case AUTO ->
                request.window().isEmpty()
                                && request.add().masters().stream()
                                        .map(nodes::get)
                                        .allMatch(node -> node.info().aof() && node.minReplicas() == 0)
                        ? AttachOrder.AFTER_RESHARD
                        : AttachOrder.BEFORE_RESHARD;
        };
    }

    private Map<NodeId, Long> keys(Agreed agreed) {
        List<Member> masters =
                agreed.cluster().shards().stream().map(Shard::master).toList();
        Asked<ServerInfo> asked =
                reader.ask(masters.stream().map(Member::address).toList(), Node::info);
        Map<NodeId, Long> keys = new HashMap<>();
        masters.forEach(master -> {
            ServerInfo info = asked.answers().get(master.address());
            if (info != null) {
                keys.put(master.id(), info.totalKeys());
            }
        });
        return keys;
    }
}
