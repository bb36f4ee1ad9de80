package io.slotferry.workflows.expand;

import io.slotferry.planning.ClusterViews.Direction;
import io.slotferry.planning.ClusterViews.OpenSlots;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.Plan.AttachOrder;
import io.slotferry.planning.PlanOrder;
import io.slotferry.planning.PlanOutcome;
import io.slotferry.planning.PlanProgress;
import io.slotferry.planning.Planner;
import io.slotferry.planning.ReversePlan;
import io.slotferry.planning.Settling;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotRanges;
import io.slotferry.planning.SlotWeights;
import io.slotferry.workflows.contract.Activities.BackingUp;
import io.slotferry.workflows.contract.Activities.Expected;
import io.slotferry.workflows.contract.Activities.Joining;
import io.slotferry.workflows.contract.Activities.Looking;
import io.slotferry.workflows.contract.Activities.Moving;
import io.slotferry.workflows.contract.Activities.Pairing;
import io.slotferry.workflows.contract.Activities.Recording;
import io.slotferry.workflows.contract.Activities.ReturnOrder;
import io.slotferry.workflows.contract.Activities.Scanning;
import io.slotferry.workflows.contract.Activities.ValidateOrder;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.BackupOrder;
import io.slotferry.workflows.contract.BatchChain;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.CourseSoFar;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandRequest.AttachReplicas;
import io.slotferry.workflows.contract.ExpandRequest.BatchOptions;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.LeaseHolder;
import io.slotferry.workflows.contract.PacingState;
import io.slotferry.workflows.contract.PlanAnswer;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.Processes;
import io.slotferry.workflows.contract.ReturnPlan;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.Settings;
import io.slotferry.workflows.contract.TakeOver;
import io.slotferry.workflows.contract.ValidationReport;
import io.slotferry.workflows.contract.WeighedSlots;
import io.temporal.activity.Activity;
import io.temporal.client.ActivityCompletionException;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The activities over a simulated cluster: they keep their promises, note each call, and fail where a test wants it. */
final class FakeActivities implements Looking, Scanning, BackingUp, Joining, Moving, Recording {
    final SimulatedCluster cluster = new SimulatedCluster();
    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<BatchOrder> orders = new CopyOnWriteArrayList<>();
    final List<BatchChain> chains = new CopyOnWriteArrayList<>();
    final List<ExpandResult> reports = new CopyOnWriteArrayList<>();
    final List<RunRecord> records = new CopyOnWriteArrayList<>();
    final List<TakeOver.Question> questions = new CopyOnWriteArrayList<>();
    /** What {@code ReadRecord} answers. */
    volatile Optional<RunRecord> closedRun = Optional.empty();

    volatile List<String> searchAttributes = List.of();
    volatile List<CheckResult> preflight = List.of();
    volatile BigKeys bigKeys = BigKeys.NONE;
    volatile Optional<LeaseHolder> holder = Optional.empty();
    volatile List<OpenSlots> open = List.of();

    /** What the next looks at a backup find, one each; nothing once they are used up. */
    final List<String> staleBackups = new CopyOnWriteArrayList<>();

    final List<BackupOrder> backups = new CopyOnWriteArrayList<>();

    /** After so many batches a chain has been at work for long enough. */
    volatile int chainedBatches = Integer.MAX_VALUE;

    /** How long batches say that they took. */
    volatile Duration batchTakes = Duration.ofSeconds(2);
    /** What a batch in mode ADAPTIVE makes of what was learnt before it. */
    volatile UnaryOperator<PacingState> learning = UnaryOperator.identity();

    /** Whether batches that come too late to begin are under way all the same. */
    volatile boolean underWay;

    /** What time it is for the activities. */
    volatile Supplier<Instant> clock = Instant::now;

    /** When each call was made. */
    final Map<String, Instant> times = new ConcurrentHashMap<>();

    /** What batches say of the processes at their ends, whether they end well or not. */
    volatile Processes seen = Processes.none();

    /** Slots after which a MoveBatch ends incomplete, as on a worker that stops; once. */
    private volatile int stopAfterSlots = Integer.MAX_VALUE;

    private final Map<String, List<Halt>> failures = new HashMap<>();
    private final Map<String, Runnable> hooks = new ConcurrentHashMap<>();
    private volatile String lingering = "";

    /** The next call of this name fails so, before it did anything. */
    synchronized void fail(String call, FailureKind kind) {
        failures.computeIfAbsent(call, name -> new ArrayList<>())
                .add(new Halt(kind, call + " failed", List.of("as asked"), "mend it"));
    }

    /** Each call of this name does this first. */
    void before(String call, Runnable hook) {
        hooks.put(call, hook);
    }

    /** The call of this name waits until the test lets it go; answers how. */
    Runnable hold(String call) {
        CountDownLatch latch = new CountDownLatch(1);
        before(call, () -> {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        });
        return latch::countDown;
    }

    /** This call heartbeats until it is cancelled; then it ends: a MoveBatch incomplete, others as cancelled. */
    void linger(String call) {
        lingering = call;
    }

    /** So many slots of the batch in hand stand open on its source. */
    void leaveOpen(int slots) {
        BatchOrder.Move move = orders.get(orders.size() - 1).moves().get(0);
        open = List.of(new OpenSlots(
                move.source().get(0),
                Direction.MIGRATING,
                move.slots().first(slots),
                move.target().get(0).id(),
                Optional.empty()));
    }

    void stopWorkerAfter(int slots) {
        stopAfterSlots = slots;
    }

    private void called(String call) {
        // Whoever sees the call finds its time.
        times.put(call, clock.get());
        calls.add(call);
        hooks.getOrDefault(call, () -> {}).run();
        Optional<Halt> failure = nextFailure(call);
        if (failure.isPresent()) {
            throw Failures.of(failure.get());
        }
    }

    private synchronized Optional<Halt> nextFailure(String call) {
        List<Halt> waiting = failures.getOrDefault(call, List.of());
        return waiting.isEmpty() ? Optional.empty() : Optional.of(waiting.remove(0));
    }

    private void lingerIf(String call) {
        while (lingering.equals(call)) {
            Activity.getExecutionContext().heartbeat(call);
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public PreflightReport preflight(ExpandRequest request) {
        called("Preflight");
        return new PreflightReport(
                preflight,
                List.of(),
                cluster.members().stream().map(Member::id).sorted().toList());
    }

    @Override
    public BigKeys scanBigKeys(ExpandRequest request) {
        called("ScanBigKeys");
        return bigKeys;
    }

    @Override
    public WeighedSlots weighSlots(ExpandRequest request) {
        called("WeighSlots");
        long[] weights = new long[SlotRange.SLOTS];
        Arrays.fill(weights, 10);
        Arrays.fill(weights, 0, 1_000, 20);
        return WeighedSlots.of(SlotWeights.of(request.balance(), weights), "as the test has it");
    }

    @Override
    public PlanAnswer makePlan(ExpandRequest request, BigKeys found, Optional<WeighedSlots> weights) {
        called("MakePlan");
        List<Member> masters =
                request.add().masters().stream().map(SimulatedCluster::at).toList();
        List<PlanOrder.NewReplica> replicas = request.add().replicas().stream()
                .map(replica -> new PlanOrder.NewReplica(SimulatedCluster.at(replica.node()), replica.replicaOf()))
                .toList();
        PlanOutcome outcome = Planner.plan(new PlanOrder(
                cluster.seen(),
                masters,
                replicas,
                request.batch().slots().orElse(BatchOptions.USUAL_SLOTS),
                request.attachReplicas() == AttachReplicas.BEFORE_RESHARD
                        ? AttachOrder.BEFORE_RESHARD
                        : AttachOrder.AFTER_RESHARD,
                Map.of(),
                request.pacing().pause(),
                request.canonical(),
                found.overLimit(),
                weights.map(WeighedSlots::slots)));
        List<Member> asked = new ArrayList<>(masters);
        replicas.forEach(replica -> asked.add(replica.node()));
        List<NodeId> joined =
                asked.stream().filter(cluster::has).map(Member::id).toList();
        List<NodeId> members = cluster.members().stream()
                .map(Member::id)
                .filter(id -> !joined.contains(id))
                .toList();
        if (outcome instanceof PlanOutcome.Impossible impossible) {
            throw Failures.of(new Halt(
                    FailureKind.IMPOSSIBLE_PLAN,
                    "no plan",
                    impossible.reasons().stream()
                            .map(PlanOutcome.Reason::message)
                            .toList(),
                    "ask for less"));
        }
        Optional<Plan> plan =
                outcome instanceof PlanOutcome.Planned planned ? Optional.of(planned.plan()) : Optional.empty();
        return new PlanAnswer(plan, "the plan as text", members, joined);
    }

    @Override
    public CourseSoFar readCourse(ClusterAccess access, Plan plan) {
        called("ReadCourse");
        Map<NodeId, SlotRanges> owners = new HashMap<>();
        cluster.seen().shards().forEach(shard -> owners.put(shard.master().id(), shard.slots()));
        List<PlanProgress.BatchProgress> batches = PlanProgress.of(plan, owners).batches();
        int done = 0;
        SlotRanges held = SlotRanges.union(open.stream().map(OpenSlots::slots));
        while (done < batches.size()
                && batches.get(done).state() == PlanProgress.State.DONE
                && plan.batches().get(done).lanes().stream()
                        .allMatch(lane -> lane.slots().intersect(held).isEmpty())) {
            done++;
        }
        List<Integer> filled = new ArrayList<>();
        for (int i = 0; i < batches.size(); i++) {
            if (batches.get(i).state() != PlanProgress.State.NOT_MOVED) {
                plan.batches().get(i).lanes().forEach(lane -> filled.add(lane.target()));
            }
        }
        return new CourseSoFar(
                done,
                cluster.members().stream().map(Member::id).toList(),
                filled.stream().distinct().toList());
    }

    @Override
    public ValidationReport validate(ValidateOrder order) {
        called("Validate");
        calls.set(calls.size() - 1, "Validate " + order.expected() + " attached=" + order.attached());
        boolean passed =
                switch (order.expected()) {
                    case BALANCED ->
                        order.plan().shards().stream()
                                .allMatch(shard -> cluster.owned(shard.master()).size() == shard.slotsAfter());
                    case AS_BEFORE ->
                        order.plan().shards().stream().allMatch(shard -> cluster.owned(shard.master())
                                        .equals(shard.before()))
                                && cluster.members().stream()
                                        .noneMatch(node -> order.removed().contains(node.id()));
                    case SERVING -> true;
                };
        boolean closed = order.expected() == Expected.SERVING || open.isEmpty();
        return new ValidationReport(
                List.of(
                        check("slots", passed, cluster.slotCounts().toString()),
                        check(ValidationReport.NO_OPEN_SLOT, closed, open.toString())),
                List.of());
    }

    private static CheckResult check(String name, boolean passed, String seen) {
        return new CheckResult(name, Optional.empty(), passed ? Verdict.PASS : Verdict.FAIL, seen, "", false);
    }

    @Override
    public ReturnPlan planReturn(ReturnOrder order) {
        called("PlanReturn");
        Plan plan = order.plan();
        Map<NodeId, SlotRanges> owners = cluster.owners();
        Settling settling = Settling.of(plan, owners, open);
        open = List.of();
        return new ReturnPlan(
                settling.batches(),
                ReversePlan.of(plan, settling.ownersAfter(plan, owners), order.slotsPerBatch()),
                cluster.followers(plan.newNodes()));
    }

    @Override
    public Backup backUp(BackupOrder order) {
        called("BackUp");
        lingerIf("BackUp");
        backups.add(order);
        return new Backup(
                Backup.FORMAT,
                order.cluster(),
                order.workflowId(),
                order.runId(),
                order.store(),
                "/backups/" + backups.size(),
                order.orderedAt(),
                order.orderedAt(),
                List.of(),
                List.of());
    }

    @Override
    public List<String> checkBackup(BackupOrder order, Backup backup) {
        called("CheckBackup");
        return staleBackups.isEmpty() ? List.of() : List.of(staleBackups.remove(0));
    }

    @Override
    public Settings readSettings(ClusterAccess access, List<Member> newNodes, String parameter) {
        called("ReadSettings");
        List<Member> nodes = new ArrayList<>(cluster.members());
        newNodes.stream().filter(node -> !nodes.contains(node)).forEach(nodes::add);
        return new Settings(
                parameter,
                nodes.stream()
                        .map(node -> new Settings.Prior(node, cluster.setting(node)))
                        .toList());
    }

    @Override
    public void applySetting(ClusterAccess access, Settings settings, String value) {
        calls.add("ApplySetting " + value);
        settings.priors().forEach(prior -> cluster.set(prior.node(), value));
        nextFailure("ApplySetting").ifPresent(halt -> {
            throw Failures.of(halt);
        });
    }

    @Override
    public List<String> restoreSettings(ClusterAccess access, Settings settings) {
        called("RestoreSettings");
        settings.priors().forEach(prior -> cluster.set(prior.node(), prior.value()));
        return List.of();
    }

    @Override
    public void addNodes(ClusterAccess access, List<Member> nodes) {
        nodes.forEach(cluster::join);
        calls.add("AddNodes " + ports(nodes));
        lingerIf("AddNodes");
        nextFailure("AddNodes").ifPresent(halt -> {
            throw Failures.of(halt);
        });
        hooks.getOrDefault("AddNodes", () -> {}).run();
    }

    @Override
    public void attachReplicas(ClusterAccess access, List<Pairing> pairings) {
        called("AttachReplicas");
        calls.set(
                calls.size() - 1,
                "AttachReplicas "
                        + ports(pairings.stream().map(Pairing::replica).toList()));
        pairings.forEach(
                pairing -> cluster.follow(pairing.replica(), pairing.shard().get(0)));
    }

    @Override
    public List<String> removeNodes(ClusterAccess access, List<Member> nodes) {
        called("RemoveNodes");
        calls.set(calls.size() - 1, "RemoveNodes " + ports(nodes));
        nodes.forEach(cluster::remove);
        return List.of();
    }

    @Override
    public BatchOutcome moveBatch(BatchOrder order) {
        orders.add(order);
        String call = name(order);
        try {
            called(call);
        } catch (ApplicationFailure failure) {
            throw Failures.knowing(seen, failure);
        }
        try {
            lingerIf(call);
        } catch (ActivityCompletionException cancelled) {
            return moved(order, Math.min(5, order.slots()));
        }
        if (order.terms().over(clock.get()) && !underWay) {
            calls.remove(calls.size() - 1);
            calls.add("TooLate " + order.number());
            return moved(order, 0);
        }
        int limit = stopAfterSlots;
        stopAfterSlots = Integer.MAX_VALUE;
        return moved(order, Math.min(limit, order.slots()));
    }

    /** Each batch is called as if it were an activity of its own; {@link #chains} tells which were one. */
    @Override
    public List<BatchOutcome> moveBatches(BatchChain chain) {
        chains.add(chain);
        List<BatchOutcome> outcomes = new ArrayList<>();
        for (BatchOrder order : chain.orders().subList(0, Math.min(chain.size(), chainedBatches))) {
            if (!outcomes.isEmpty() && order.terms().over(clock.get())) {
                break;
            }
            BatchOutcome outcome;
            try {
                outcome = moveBatch(order);
            } catch (ApplicationFailure failure) {
                throw Failures.after(outcomes, failure);
            }
            outcomes.add(outcome);
            if (!outcome.complete()) {
                break;
            }
        }
        return outcomes;
    }

    private static String name(BatchOrder order) {
        boolean back = order.way() == BatchOrder.Way.BACK;
        return (order.number() == 0
                ? "Settle"
                : back ? "ReturnBatch " + order.number() : "MoveBatch " + order.number());
    }

    private BatchOutcome moved(BatchOrder order, int slots) {
        int left = slots;
        int done = 0;
        for (BatchOrder.Move move : order.moves()) {
            cluster.move(
                    move.source().get(0), move.target().get(0), move.slots().first(left));
            left -= Math.min(left, move.slots().size());
            done += move.slots().intersect(cluster.owned(move.target().get(0))).size();
        }
        return new BatchOutcome(
                new BatchProgress(order.number(), done, order.slots(), 10L * slots, 1_000L * slots),
                done == order.slots(),
                0,
                batchTakes.toMillis(),
                Optional.of(seen),
                Optional.empty(),
                order.adaptive().map(adaptive -> learning.apply(adaptive.state())),
                Optional.of(new ClientLatency.Look(200 + 10L * order.number(), 500 + 100L * order.number())));
    }

    @Override
    public List<String> usableSearchAttributes() {
        calls.add("UsableSearchAttributes");
        return searchAttributes;
    }

    @Override
    public Optional<LeaseHolder> findLeaseHolder(List<NodeId> members, String workflowId, String runId) {
        called("FindLeaseHolder");
        return holder;
    }

    @Override
    public RunRecord readRecord(TakeOver.Question question) {
        called("ReadRecord");
        questions.add(question);
        return closedRun.orElseThrow();
    }

    @Override
    public String writeRecord(RunRecord record) {
        called("WriteRecord");
        records.add(record);
        return "/var/lib/slotferry/state.json";
    }

    @Override
    public List<String> writeReport(ExpandResult result) {
        called("WriteReport");
        reports.add(result);
        return List.of("/var/lib/slotferry/report.json");
    }

    private static String ports(List<Member> nodes) {
        return nodes.stream().map(node -> node.address().port()).toList().toString();
    }
}
