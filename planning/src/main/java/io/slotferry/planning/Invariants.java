package io.slotferry.planning;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What must hold of every plan, checked from the plan's content alone and independently of how it was made. */
public final class Invariants {
    private static final int MOVED = -3;

    private final Plan plan;
    private final PlanOrder order;
    private final List<String> violations = new ArrayList<>();
    private final int[] given;
    private final int[] received;

    private Invariants(Plan plan, PlanOrder order) {
        this.plan = plan;
        this.order = order;
        this.given = new int[plan.shards().size()];
        this.received = new int[plan.shards().size()];
    }

    /**
     * Each invariant that the plan breaks, in a sentence; empty for a sound plan. A plan moves each slot once at most, from
     * its owner to a shard that has too few; its shares sum to 16,384, and differ by one at most, for which it moves as few
     * slots as can be; by weight the heaviest shard becomes no heavier, and what it says of weights is so; it leaves the slots that are to be kept where they are; its batches keep the limits of {@link Plan} and of the order; no replica is attached beside its
     * master (except where all nodes share one host); its fingerprint is that of order and content.
     */
    public static List<String> violations(Plan plan, PlanOrder order) {
        Invariants invariants = new Invariants(plan, order);
        if (invariants.indicesAreShards()) {
            invariants.slotsMoveOnceFromTheirOwners();
            invariants.keptSlotsStay();
            invariants.sharesAreReached();
            if (order.weights().isEmpty()) {
                invariants.sharesAreEven();
                invariants.sharesSumUp();
                invariants.movementIsMinimal();
            } else {
                invariants.sharesSumUp();
                invariants.nobodyBecomesTheHeaviest(order.weights().get());
            }
            invariants.batchesKeepTheirLimits();
            invariants.replicasStandApart();
            invariants.require(
                    plan.fingerprint().equals(Fingerprint.of(order, plan)),
                    "the fingerprint is not that of this order and plan");
        }
        return List.copyOf(invariants.violations);
    }

    private void require(boolean holds, String violation) {
        if (!holds) {
            violations.add(violation);
        }
    }

    private boolean indicesAreShards() {
        IntStream lanes = plan.batches().stream()
                .flatMap(batch -> batch.lanes().stream())
                .flatMapToInt(lane -> IntStream.of(lane.source(), lane.target()));
        IntStream attached = plan.attachments().stream().mapToInt(Attachment::shard);
        require(
                IntStream.concat(lanes, attached)
                        .allMatch(i -> i >= 0 && i < plan.shards().size()),
                "a lane or an attachment names a shard that the plan does not have");
        return violations.isEmpty();
    }

    private void slotsMoveOnceFromTheirOwners() {
        int[] owner = Ownership.before(plan);
        for (Batch batch : plan.batches()) {
            for (Lane lane : batch.lanes()) {
                require(lane.source() != lane.target(), "shard " + lane.source() + " gives slots to itself");
                SlotRanges others = SlotRanges.ofSlots(lane.slots().stream().filter(s -> owner[s] != lane.source()));
                require(
                        others.isEmpty(),
                        "slots " + others + " are not (or no longer) shard " + lane.source() + "'s to give");
                lane.slots().stream().forEach(slot -> owner[slot] = MOVED);
                given[lane.source()] += lane.slots().size();
                received[lane.target()] += lane.slots().size();
            }
        }
    }

    private void keptSlotsStay() {
        SlotRanges moved = SlotRanges.union(
                plan.batches().stream().flatMap(batch -> batch.lanes().stream()).map(Lane::slots));
        SlotRanges both = moved.intersect(order.kept());
        require(both.isEmpty(), "slots " + both + " are to be kept and move");
        require(
                plan.kept().equals(order.kept()),
                "the plan keeps slots " + plan.kept() + " instead of " + order.kept());
    }

    private void sharesAreReached() {
        for (int i = 0; i < given.length; i++) {
            PlannedShard shard = plan.shards().get(i);
            int reached = shard.before().size() - given[i] + received[i];
            require(
                    reached == shard.slotsAfter(),
                    shard.master() + " ends with " + reached + " slots instead of " + shard.slotsAfter());
            require(given[i] == 0 || received[i] == 0, shard.master() + " both gives and receives slots");
        }
    }

    private void sharesSumUp() {
        int sum = plan.shards().stream().mapToInt(PlannedShard::slotsAfter).sum();
        require(sum == SlotRange.SLOTS, "shares sum to " + sum + " instead of 16384");
    }

    private void sharesAreEven() {
        int least =
                plan.shards().stream().mapToInt(PlannedShard::slotsAfter).min().orElse(0);
        int most =
                plan.shards().stream().mapToInt(PlannedShard::slotsAfter).max().orElse(0);
        require(most - least <= 1, "shares differ by more than one slot: " + least + " and " + most);
    }

    private void nobodyBecomesTheHeaviest(SlotWeights weights) {
        int[] before = Ownership.before(plan);
        int[] after = Ownership.planned(plan);
        long[] then = new long[plan.shards().size()];
        long[] planned = new long[plan.shards().size()];
        for (int slot = 0; slot < SlotRange.SLOTS; slot++) {
            then[before[slot]] += weights.of(slot);
            planned[after[slot]] += weights.of(slot);
        }
        long heaviest = LongStream.of(then).max().orElse(0);
        for (int i = 0; i < planned.length; i++) {
            Member master = plan.shards().get(i).master();
            require(planned[i] <= heaviest, master + " comes to weigh " + planned[i] + ", more than any did before");
        }
        Evenness evenness = new Evenness(
                weights.balance(),
                LongStream.of(then).min().orElse(0),
                heaviest,
                LongStream.of(planned).min().orElse(0),
                LongStream.of(planned).max().orElse(0));
        require(
                plan.evenness().equals(Optional.of(evenness)),
                "the plan says " + plan.evenness() + " where its masters come to " + evenness);
    }

    /** A master that owns more than the floor keeps floor + 1 as far as the remainder reaches; all else must go. */
    private void movementIsMinimal() {
        int floor = SlotRange.SLOTS / plan.shards().size();
        int remainder = SlotRange.SLOTS % plan.shards().size();
        int over = 0;
        int aboveFloor = 0;
        for (PlannedShard shard : plan.shards()) {
            int tooMany = Math.max(0, shard.before().size() - floor);
            over += tooMany;
            aboveFloor += tooMany > 0 ? 1 : 0;
        }
        int bound = over - Math.min(remainder, aboveFloor);
        require(plan.movedSlots() == bound, plan.movedSlots() + " slots are moved where " + bound + " would be enough");
    }

    private void batchesKeepTheirLimits() {
        require(
                plan.batches().size() <= Plan.MAX_BATCHES,
                "there are " + plan.batches().size() + " batches");
        for (int i = 0; i < plan.batches().size(); i++) {
            Batch batch = plan.batches().get(i);
            String name = "batch " + (i + 1);
            require(!batch.lanes().isEmpty(), name + " has no lane");
            require(
                    batch.lanes().size() <= Plan.MAX_LANES_PER_BATCH,
                    name + " has " + batch.lanes().size() + " lanes");
            require(batch.slots() <= order.slotsPerBatch(), name + " has " + batch.slots() + " slots");
            require(batch.lanes().stream().noneMatch(lane -> lane.slots().isEmpty()), name + " has an empty lane");
            long pairs = batch.lanes().stream()
                    .map(lane -> List.of(lane.source(), lane.target()))
                    .distinct()
                    .count();
            require(pairs == batch.lanes().size(), name + " has two lanes for one pair of shards");
        }
    }

    private void replicasStandApart() {
        boolean sandbox = ReplicaPairing.isSandbox(order);
        for (Attachment attachment : plan.attachments()) {
            Member master = plan.shards().get(attachment.shard()).master();
            require(
                    sandbox
                            || !attachment
                                    .replica()
                                    .address()
                                    .host()
                                    .equals(master.address().host()),
                    "replica " + attachment.replica() + " is attached beside its master " + master);
        }
    }
}
