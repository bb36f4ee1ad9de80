package io.slotferry.sandbox.faults;

import io.slotferry.sandbox.faults.Portrait.Seen;
import io.slotferry.servers.LocalNode;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClusterFailoverOption;

/** Kills, freezes and fails over nodes, and remembers what the servers may have lost by it. */
final class NodeFaults implements Striker.Arm {
    private static final long TAKEOVER_PATIENCE_MILLIS = 15_000;

    private final FaultStage stage;
    private final RunShape shape;
    private final Journal journal;
    private final List<LossWindow> windows = new CopyOnWriteArrayList<>();
    private final List<Handover> handovers = new CopyOnWriteArrayList<>();
    private volatile LocalNode victim;
    private volatile long struckAt;

    /** A hand-over by consent, in which nothing may be lost. */
    record Handover(String address, long from, long to) {}

    NodeFaults(FaultStage stage, RunShape shape, Journal journal) {
        this.stage = stage;
        this.shape = shape;
        this.journal = journal;
    }

    /** When a shard may have lost writes by what was done here. */
    List<LossWindow> windows() {
        return List.copyOf(windows);
    }

    List<Handover> handovers() {
        return List.copyOf(handovers);
    }

    @Override
    public String strike(Strike strike) {
        Portrait portrait = Portrait.take(stage.nodes());
        List<String> members = stage.members(portrait);
        String unrest = members.isEmpty() ? "no node answers" : unrest(portrait, members);
        if (!unrest.isEmpty()) {
            return unrest;
        }
        List<Seen> candidates = portrait.of(members)
                .filter(fits(strike.kind(), portrait, members))
                .toList();
        if (candidates.isEmpty()) {
            return "there is no node for it";
        }
        Seen chosen = candidates.get((int) (strike.pick() * candidates.size()));
        victim = stage.node(chosen.view().address());
        struckAt = System.currentTimeMillis();
        journal.note(strike.kind().words() + ": " + victim + (chosen.view().master() ? ", a master" : ", a replica"));
        strike(strike.kind());
        return "";
    }

    /** That views differ for a moment while slots move is no unrest. */
    private static String unrest(Portrait portrait, List<String> members) {
        if (portrait.of(members).count() < members.size()) {
            return "not every member answers";
        }
        return portrait.of(members)
                .filter(node ->
                        !node.state().equals("ok") || !node.view().failing().isEmpty() || !node.linked())
                .map(node -> node.view().address() + " is not well")
                .findFirst()
                .orElse("");
    }

    private Predicate<Seen> fits(FaultKind kind, Portrait portrait, List<String> members) {
        return switch (kind) {
            case MASTER_KILLED ->
                node -> node.view().master()
                        && (shape.appendOnly()
                                || (electors(portrait, members) >= 3 && hasReplica(node, portrait, members)));
            case REPLICA_KILLED, FAILOVER, FAILOVER_FORCED ->
                node -> !node.view().master();
            case NODE_FROZEN_BRIEFLY, NODE_FROZEN_LONG -> node -> true;
            default -> throw new IllegalArgumentException(kind + " strikes no node");
        };
    }

    private static long electors(Portrait portrait, List<String> members) {
        return portrait.of(members)
                .filter(node -> node.view().master() && !node.view().slots().isEmpty())
                .count();
    }

    private static boolean hasReplica(Seen master, Portrait portrait, List<String> members) {
        return portrait.of(members)
                .anyMatch(
                        node -> node.view().masterAddress().equals(master.view().address()));
    }

    private void strike(FaultKind kind) {
        switch (kind) {
            case MASTER_KILLED, REPLICA_KILLED -> victim.kill();
            case NODE_FROZEN_BRIEFLY, NODE_FROZEN_LONG -> victim.suspend();
            case FAILOVER -> {
                failover(null);
                handovers.add(new Handover(victim.address(), struckAt, struckAt + 10_000));
            }
            case FAILOVER_FORCED -> {
                failover(ClusterFailoverOption.FORCE);
                windows.add(LossWindow.ofRivals(victim.address(), struckAt, System.currentTimeMillis(), kind.words()));
            }
            default -> throw new IllegalArgumentException(kind + " strikes no node");
        }
    }

    private void failover(ClusterFailoverOption option) {
        try (Jedis jedis = Portrait.patient(victim)) {
            if (option == null) {
                jedis.clusterFailover();
            } else {
                jedis.clusterFailover(option);
            }
        }
    }

    @Override
    public void mend(Strike strike) {
        switch (strike.kind()) {
            case MASTER_KILLED -> restartMaster(strike.kind());
            case REPLICA_KILLED -> victim.start();
            case NODE_FROZEN_BRIEFLY -> victim.resume();
            case NODE_FROZEN_LONG -> {
                victim.resume();
                windows.add(LossWindow.ofRivals(
                        victim.address(),
                        struckAt,
                        System.currentTimeMillis(),
                        strike.kind().words()));
            }
            default -> {
                return;
            }
        }
        journal.note("back: " + victim);
    }

    /** One that does not persist may come back only when another has its place: else its replica would lose its data too. */
    private void restartMaster(FaultKind kind) {
        windows.add(LossWindow.ofDeath(victim.address(), struckAt, kind.words()));
        long deadline = System.currentTimeMillis() + TAKEOVER_PATIENCE_MILLIS;
        while (!shape.appendOnly() && !hasBeenReplaced()) {
            if (System.currentTimeMillis() > deadline) {
                windows.add(new LossWindow(victim.address(), 0, Long.MAX_VALUE, "came back without its data"));
                journal.note("nobody took the place of " + victim + ": it comes back without its data");
                break;
            }
            sleep();
        }
        victim.start();
    }

    private boolean hasBeenReplaced() {
        Portrait portrait = Portrait.take(stage.nodes());
        List<String> members = stage.members(portrait);
        return portrait.claims(members).size() == io.slotferry.planning.SlotRange.SLOTS;
    }

    private static void sleep() {
        try {
            Thread.sleep(250);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a replica was to take over", e);
        }
    }
}
