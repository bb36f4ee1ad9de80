package io.slotferry.benchmarks;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.activities.slots.BatchMover;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalNode;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The mover in mode FAST, batch after batch as a plan would have them, without Temporal. */
final class MoverAlone implements Contender {
    private static final int LANES = 4;

    private final String name;
    private final int batches;
    private final Migration migration;

    private MoverAlone(String name, int batches, Migration migration) {
        this.name = name;
        this.batches = batches;
        this.migration = migration;
    }

    /** Key by key, in batches of 100 slots. */
    static MoverAlone byKeys() {
        return new MoverAlone("slotferry, mover alone, FAST", 41, Migration.KEYS);
    }

    /** By the servers' own migration, in one batch. */
    static MoverAlone atomic() {
        return new MoverAlone("slotferry ATOMIC, mover alone", 1, Migration.ATOMIC);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Duration move(Twin twin) {
        twin.join();
        BatchMover mover = new BatchMover(new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty())));
        List<BatchOrder> orders = orders(twin);
        long began = System.nanoTime();
        for (BatchOrder order : orders) {
            BatchOutcome outcome = mover.move(order, new Unwatched(order.number()));
            if (!outcome.complete()) {
                throw new IllegalStateException("Batch " + order.number() + " ended early: " + outcome);
            }
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** From each source the first slots of its contiguous third, in so many batches. */
    private List<BatchOrder> orders(Twin twin) {
        List<LocalNode> sources = twin.sources();
        ClusterAccess access =
                new ClusterAccess(sources.stream().map(MoverAlone::address).toList(), Optional.empty());
        List<BatchOrder> orders = new ArrayList<>();
        for (int batch = 0; batch < batches; batch++) {
            List<Move> moves = new ArrayList<>();
            for (int i = 0; i < sources.size(); i++) {
                int first = 16_384 * i / sources.size();
                int share = Twin.SLOTS_TO_MOVE * (i + 1) / sources.size() - Twin.SLOTS_TO_MOVE * i / sources.size();
                int from = first + share * batch / batches;
                int to = first + share * (batch + 1) / batches - 1;
                moves.add(new Move(
                        List.of(member(sources.get(i))),
                        List.of(member(twin.target())),
                        SlotRanges.parse(from + "-" + to)));
            }
            orders.add(new BatchOrder(access, batch + 1, LANES, Mode.FAST, moves).by(migration));
        }
        return orders;
    }

    private static Member member(LocalNode node) {
        return new Member(new NodeId(node.nodeId()), address(node));
    }

    private static NodeAddress address(LocalNode node) {
        return new NodeAddress(node.host(), node.port());
    }
}
