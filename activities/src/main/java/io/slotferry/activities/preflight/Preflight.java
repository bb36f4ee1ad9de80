package io.slotferry.activities.preflight;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.cluster.Sweep;
import io.slotferry.activities.guard.LoadSurvey;
import io.slotferry.activities.preflight.NodeReading.Limits;
import io.slotferry.activities.redis.ConnectionName;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.planning.Cluster;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.ViewAgreement;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.PreflightReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Looks at a cluster and at the nodes to be added to it, and changes nothing. */
public final class Preflight {
    /** Of one client: as much as memory that a batch would need. */
    private static final long BUFFER_LIMIT = 10_000_000;

    private final ClusterReader reader;
    private final Predicate<ConnectionName> stranger;
    private final WorkerHost worker;

    /**
     * Checks by this reader.
     *
     * @param stranger whether a connection of slotferry's is none of those that the run may end by its fence
     */
    public Preflight(ClusterReader reader, Predicate<ConnectionName> stranger) {
        this(reader, stranger, WorkerHost.real());
    }

    Preflight(ClusterReader reader, Predicate<ConnectionName> stranger, WorkerHost worker) {
        this.reader = reader;
        this.stranger = stranger;
        this.worker = worker;
    }

    /** Every check's answer. */
    public PreflightReport check(ExpandRequest request) {
        Answers answers = new Answers(request.accept());
        Optional<Sweep> sweep = sweep(request, answers);
        Optional<FailoverWatch> failovers = sweep.map(found -> new FailoverWatch(reader, found.views()));
        Asked<NewNode> newNodes = NewNodes.ask(reader, request);
        Readings readings = Readings.of(
                reader,
                request,
                newNodes,
                sweep.map(Sweep::views).orElse(List.of()),
                new Limits(worker.clock(), BUFFER_LIMIT, request.thresholds().p99Latency()));
        LoadSurvey survey = new LoadSurvey(reader, readings.all().keySet());
        sweep.ifPresent(found -> checkCluster(found, readings, survey, answers));
        new NewNodeChecks(request, answers, readings).check(newNodes);
        checkNodes(readings, answers);
        failovers.ifPresent(watch -> watch.finish(answers));
        return answers.report(sweep.map(Preflight::members).orElse(List.of()));
    }

    private void checkNodes(Readings readings, Answers answers) {
        readings.failures()
                .forEach((address, failure) -> answers.fail(
                        readings.newNodes().containsKey(address)
                                ? CheckName.NEW_NODE_REACHABLE
                                : CheckName.NODE_REACHABLE,
                        Optional.of(address),
                        failure.getMessage(),
                        remedy(failure)));
        if (!readings.members().isEmpty()) {
            answers.passUnlessSaid(CheckName.NODE_REACHABLE, "every known node answers");
        }
        new NewNodeFitness(reader, answers, readings).check();
        new ConfigParity(answers).check(readings);
        new ServerParity(answers, readings).check();
        new RightsCheck(answers, !readings.request().withoutBackup()).check(readings.all());
        new ConditionChecks(answers, readings).check(BUFFER_LIMIT);
        new ForkRoom(answers, readings, worker).check();
    }

    private static List<NodeId> members(Sweep sweep) {
        return sweep.views().stream()
                .flatMap(view -> view.nodes().stream())
                .map(KnownNode::id)
                .distinct()
                .sorted()
                .toList();
    }

    private Optional<Sweep> sweep(ExpandRequest request, Answers answers) {
        try {
            Sweep sweep = reader.sweep(request.access());
            if (isNoCluster(sweep)) {
                NodeAddress seed = request.cluster().seeds().get(0);
                answers.fail(
                        CheckName.CLUSTER_REACHABLE,
                        Optional.of(seed),
                        seed + " is in no cluster: it knows no other node and owns no slot",
                        "name seeds that are members of the cluster to be grown");
                return Optional.empty();
            }
            answers.pass(
                    CheckName.CLUSTER_REACHABLE, Optional.empty(), sweep.views().size() + " nodes answer");
            return Optional.of(sweep);
        } catch (NodeFailure.Refused e) {
            answers.fail(
                    CheckName.CLUSTER_REACHABLE,
                    Optional.of(e.address()),
                    e.getMessage(),
                    e.reply().contains("cluster support disabled")
                            ? "name seeds that are members of a cluster: this node runs without cluster-enabled yes"
                            : remedy(e));
        } catch (NodeFailure e) {
            answers.fail(CheckName.CLUSTER_REACHABLE, Optional.of(e.address()), e.getMessage(), remedy(e));
        }
        return Optional.empty();
    }

    /** There is no run yet that could be retried. */
    private static String remedy(NodeFailure failure) {
        return failure instanceof NodeFailure.Refused
                ? "see the rights of slotferry's user on this node"
                : failure.halt().next();
    }

    private static boolean isNoCluster(Sweep sweep) {
        return sweep.failures().isEmpty()
                && sweep.views().size() == 1
                && sweep.views().get(0).nodes().size() == 1
                && sweep.views().get(0).self().slots().isEmpty();
    }

    private void checkCluster(Sweep sweep, Readings readings, LoadSurvey survey, Answers answers) {
        sweep.failures()
                .forEach((address, failure) -> answers.fail(
                        CheckName.NODE_REACHABLE, Optional.of(address), failure.getMessage(), remedy(failure)));
        ClusterChecks checks = new ClusterChecks(sweep.views(), answers);
        checks.oneView();
        checks.coverage();
        checks.openSlots();
        checks.failingNodes();
        checks.jobs(reader);
        checks.otherSlotferries(reader, stranger);
        Optional<Cluster> cluster = checks.agreement() instanceof ViewAgreement.Agreed agreed
                ? Optional.of(agreed.cluster())
                : Optional.empty();
        new ReplicaChecks(reader, answers).check(cluster);
        new HostChecks(answers, readings.with(cluster), sweep.failures().keySet()).check();
        new LoadChecks(reader, answers, readings.with(cluster)).check(survey);
    }

    /** {@code 1 slot}, {@code 5,461 slots}. */
    static String counted(long number, String one) {
        return String.format(Locale.ROOT, "%,d %s%s", number, one, number == 1 ? "" : "s");
    }

    /** Evidence lines, the first of many. */
    static List<String> bounded(List<String> lines) {
        if (lines.size() <= 20) {
            return lines;
        }
        List<String> some = new ArrayList<>(lines.subList(0, 20));
        some.add("and " + (lines.size() - 20) + " more");
        return some;
    }
}
