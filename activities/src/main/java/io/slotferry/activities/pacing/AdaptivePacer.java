package io.slotferry.activities.pacing;

import io.slotferry.activities.pacing.Reading.Latency;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.BatchOrder.Adaptive;
import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import io.slotferry.workflows.contract.PacingState;
import io.slotferry.workflows.contract.PacingState.Baseline;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Paces a batch by what clients of its nodes feel: a {@link Probe} of each, the node's own figures, and a
 * {@link SpeedController} that sees both twice a second.
 */
public final class AdaptivePacer implements Pacer {
    private static final Logger log = LoggerFactory.getLogger(AdaptivePacer.class);

    private static final long LOOK_NANOS = 500_000_000;
    private static final int LOOKS_OF_BASELINE = 16;

    /** Less says nothing. */
    private static final long SHORTEST_LOOK_NANOS = 100_000_000;

    /** INFO takes a node longer than a PING does: not at every look. */
    private static final int LOOKS_PER_INFO = 2;

    /** So often nothing moves for one look, so that what clients feel is held against what they would feel now. */
    private static final int LOOKS_PER_QUIET_ONE = 20;

    /** Until the probes' threads are awake. */
    private static final long SETTLING_NANOS = 100_000_000;

    /** A lane that does not rest for so long, with a migration job in hand say, is not waited for. */
    private static final long LONGEST_WAIT_FOR_QUIET_NANOS = 2_000_000_000L;

    /** Of what a part takes beside its calls, most is on the way: stages are round trips of which no node has much to do. */
    private static final int ROUND_TRIPS_PER_WORK = 4;

    private static final long LONGEST_REST_NANOS = 5_000_000_000L;
    private static final long GLANCE_NANOS = 100_000_000;
    private static final long QUIET_GLANCE_NANOS = 10_000_000;

    private final Adaptive order;
    private final int lanes;
    private final BooleanSupplier stopping;
    private final Consumer<Cause> slowed;
    /** Of a lane's turn, what it has worked and rested for already. */
    private final ThreadLocal<Long> settled = ThreadLocal.withInitial(() -> 0L);

    private final Map<Member, Probe> probes = new LinkedHashMap<>();
    private final Map<NodeAddress, NodeFigures> figures = new LinkedHashMap<>();
    private final SpeedController controller;
    private final Thread thread;
    private PacingState state;
    private Optional<ClientLatency> latency = Optional.empty();
    private long lookedAt;
    private int atWork;
    private int resting;
    private boolean quiet;
    private volatile Speed speed;
    private volatile boolean closed;

    /**
     * What a batch is paced by.
     *
     * @param order budget, and what was learnt before
     * @param lanes that the batch's order allows
     * @param targets of the ends, those that take slots
     * @param thresholds of CPU, memory and replication lag, over which it goes slower
     * @param stopping whether nobody is to wait any more
     * @param slowed hears of every time that it becomes slower
     */
    public record Terms(
            Adaptive order,
            int lanes,
            Set<Member> targets,
            Thresholds thresholds,
            BooleanSupplier stopping,
            Consumer<Cause> slowed) {}

    /**
     * Begins to feel what these nodes' clients do, while nothing moves: a look at those that have a baseline, some seconds where
     * one has none.
     */
    public static AdaptivePacer start(Nodes nodes, Collection<Member> ends, Terms terms) {
        AdaptivePacer pacer = new AdaptivePacer(nodes, ends, terms);
        pacer.takeBaselines();
        pacer.probes.values().forEach(Probe::forget);
        pacer.lookedAt = System.nanoTime();
        pacer.thread.start();
        return pacer;
    }

    private AdaptivePacer(Nodes nodes, Collection<Member> ends, Terms terms) {
        this.order = terms.order();
        this.lanes = terms.lanes();
        this.stopping = terms.stopping();
        this.slowed = terms.slowed();
        this.state = terms.order().state();
        this.controller = new SpeedController(order.latencyBudget(), state);
        this.speed = Speed.at(controller.level());
        ends.forEach(end -> {
            probes.put(end, new Probe(nodes, end.address()));
            figures.put(
                    end.address(),
                    new NodeFigures(nodes, end.address(), terms.targets().contains(end), terms.thresholds()));
        });
        this.thread = new Thread(this::control, "pacing");
        thread.setDaemon(true);
    }

    private void takeBaselines() {
        takeMissingBaselines();
        if (!probes.isEmpty() && !stopping.getAsBoolean()) {
            lookWhileQuiet(SETTLING_NANOS);
        }
    }

    /** Nothing moves now, nor has for so long. */
    private void lookWhileQuiet(long settling) {
        LockSupport.parkNanos(settling);
        probes.values().forEach(Probe::skip);
        LockSupport.parkNanos(LOOK_NANOS);
        probes.forEach((end, probe) -> probe.mean().ifPresent(mean -> {
            synchronized (this) {
                state.baseline(end.id())
                        .map(baseline -> baseline.after(mean))
                        .ifPresent(baseline -> state = state.with(end.id(), baseline));
            }
        }));
    }

    private void takeMissingBaselines() {
        List<Member> unknown = probes.keySet().stream()
                .filter(end -> state.baseline(end.id()).isEmpty())
                .toList();
        Map<Member, List<Latency>> looks = new LinkedHashMap<>();
        unknown.forEach(end -> looks.put(end, new ArrayList<>()));
        unknown.forEach(end -> figures.get(end.address()).countWork());
        // The first look is of a worker that warms up.
        for (int look = -1; look < LOOKS_OF_BASELINE && !unknown.isEmpty() && !stopping.getAsBoolean(); look++) {
            LockSupport.parkNanos(LOOK_NANOS);
            for (Member end : unknown) {
                Optional<Latency> felt = probes.get(end).take(Long.MAX_VALUE);
                if (look >= 0) {
                    felt.ifPresent(looks.get(end)::add);
                }
            }
        }
        looks.forEach((end, felt) -> {
            if (!felt.isEmpty()) {
                Baseline baseline =
                        baseline(felt).serving(figures.get(end.address()).microsOfACommand());
                log.info(
                        "baseline of {}: {} (mean, p99, the highest of each, and the work of a command, in microseconds)",
                        end,
                        baseline);
                state = state.with(end.id(), baseline);
            }
        });
    }

    /** Of looks without interruption: the last p99 is of all of them. */
    static Baseline baseline(List<Latency> looks) {
        long[] means = looks.stream().mapToLong(Latency::mean).sorted().toArray();
        long p99 = looks.get(looks.size() - 1).p99();
        // The p99 of fewer looks is the highest of a few answers.
        long highest = looks.stream()
                .skip(looks.size() / 2)
                .mapToLong(Latency::p99)
                .max()
                .orElse(p99);
        return new Baseline(means[looks.size() / 2], p99, means[means.length - 1], highest);
    }

    private void control() {
        int look = 0;
        while (!closed) {
            LockSupport.parkNanos(LOOK_NANOS);
            if (closed) {
                break;
            }
            look(look++ % LOOKS_PER_INFO == 0);
            if (look % LOOKS_PER_QUIET_ONE == 0) {
                becomeQuiet();
            }
        }
        figures.values().forEach(NodeFigures::close);
    }

    /** Has every lane rest, looks, and lets them go on. */
    private void becomeQuiet() {
        try {
            if (awaitQuiet()) {
                lookWhileQuiet(0);
            }
        } finally {
            synchronized (this) {
                quiet = false;
                notifyAll();
            }
        }
        probes.values().forEach(Probe::skip);
    }

    private boolean awaitQuiet() {
        synchronized (this) {
            quiet = true;
        }
        long end = System.nanoTime() + LONGEST_WAIT_FOR_QUIET_NANOS;
        while (!allRest() && !closed && System.nanoTime() < end) {
            LockSupport.parkNanos(QUIET_GLANCE_NANOS);
        }
        return allRest() && !closed;
    }

    private synchronized boolean allRest() {
        return resting == atWork;
    }

    private void look(boolean withFigures) {
        Map<NodeAddress, List<Pressure>> pressures = new HashMap<>();
        figures.forEach((address, node) -> pressures.put(address, withFigures ? node.pressures() : List.of()));
        synchronized (probes) {
            // The last look may have been taken meanwhile.
            if (!closed) {
                look(pressures);
            }
        }
    }

    private void look(Map<NodeAddress, List<Pressure>> pressures) {
        lookedAt = System.nanoTime();
        List<Reading> readings = new ArrayList<>();
        probes.forEach((end, probe) -> {
            Baseline usual = state.baseline(end.id()).orElse(new Baseline(0, 0, 0, 0));
            readings.add(new Reading(
                    end.address(),
                    probe.take(Reading.lateOver(usual, order.latencyBudget())),
                    usual,
                    pressures.getOrDefault(end.address(), List.of())));
        });
        synchronized (this) {
            double before = controller.level();
            controller.look(readings);
            controller.slowedFor().ifPresent(slowed);
            latency = latency(readings).or(() -> latency);
            speed = Speed.at(controller.level());
            if (controller.level() < before) {
                log.info("{}", controller.text());
            }
            notifyAll();
        }
    }

    @Override
    public Speed speed() {
        return speed;
    }

    @Override
    public void rest(long workedNanos) {
        double duty = speed.duty();
        long rest = Math.min(LONGEST_REST_NANOS, Math.round(workedNanos * (1 - duty) / duty));
        long began = System.nanoTime();
        changeResting(1);
        long end = began + rest;
        for (long left = rest; (left > 0 || quiet()) && !stopping.getAsBoolean(); left = end - System.nanoTime()) {
            LockSupport.parkNanos(left > 0 ? Math.min(left, GLANCE_NANOS) : QUIET_GLANCE_NANOS);
        }
        changeResting(-1);
        settled.set(settled.get() + workedNanos + System.nanoTime() - began);
    }

    private synchronized void changeResting(int lanesMore) {
        resting += lanesMore;
    }

    private synchronized boolean quiet() {
        return quiet && !closed;
    }

    @Override
    public void turn(Runnable part) {
        if (!awaitTurn()) {
            return;
        }
        try {
            settled.set(0L);
            long began = System.nanoTime();
            part.run();
            rest((System.nanoTime() - began - settled.get()) / ROUND_TRIPS_PER_WORK);
        } finally {
            synchronized (this) {
                atWork--;
                notifyAll();
            }
        }
    }

    private synchronized boolean awaitTurn() {
        while (quiet || atWork >= Math.max(1, Math.round(speed.lanes() * lanes))) {
            if (stopping.getAsBoolean()) {
                return false;
            }
            try {
                wait(LOOK_NANOS / 1_000_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        atWork++;
        return true;
    }

    @Override
    public synchronized Optional<PacingState> state() {
        return Optional.of(controller.state(state));
    }

    @Override
    public synchronized Optional<String> text() {
        return Optional.of(controller.text());
    }

    @Override
    public synchronized Optional<ClientLatency> latency() {
        return latency;
    }

    /** Of the nodes that answered; empty where none did. */
    static Optional<ClientLatency> latency(List<Reading> readings) {
        List<Reading> answered =
                readings.stream().filter(reading -> reading.felt().isPresent()).toList();
        return answered.isEmpty()
                ? Optional.empty()
                : Optional.of(new ClientLatency(
                        highest(
                                answered,
                                reading -> reading.felt().orElseThrow().mean()),
                        highest(
                                answered,
                                reading -> reading.felt().orElseThrow().p99()),
                        highest(answered, reading -> reading.usual().mean()),
                        highest(answered, reading -> reading.usual().p99()),
                        true));
    }

    private static long highest(List<Reading> readings, ToLongFunction<Reading> micros) {
        return readings.stream().mapToLong(micros).max().orElseThrow();
    }

    /** What was felt since the last look counts, too: a batch may be over before there is any. */
    @Override
    public void close() {
        synchronized (probes) {
            if (System.nanoTime() - lookedAt > SHORTEST_LOOK_NANOS && !stopping.getAsBoolean()) {
                look(Map.of());
            }
            closed = true;
        }
        probes.values().forEach(Probe::close);
        LockSupport.unpark(thread);
    }
}
