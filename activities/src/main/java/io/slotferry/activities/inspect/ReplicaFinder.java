package io.slotferry.activities.inspect;

import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Masters whose loss would lose their slots, and replicas that would not help. */
final class ReplicaFinder {
    private final Survey survey;
    private final Shell shell;

    ReplicaFinder(Survey survey, Shell shell) {
        this.survey = survey;
        this.shell = shell;
    }

    List<Finding> find() {
        List<Finding> findings = new ArrayList<>();
        List<NodeId> taken = new ArrayList<>();
        for (NodeView master : survey.masters()) {
            if (!master.self().slots().isEmpty()) {
                if (followers(master.viewer()).isEmpty()) {
                    findings.add(bare(master, taken));
                } else if (!survey.oneHost() && allBeside(master.viewer())) {
                    findings.add(beside(master, taken));
                }
            }
        }
        survey.nodes().stream()
                .filter(view -> isReplica(view) && !isLinked(view.viewer()))
                .map(this::notLinked)
                .forEach(findings::add);
        return findings;
    }

    private static boolean isReplica(NodeView view) {
        return view.self().masterId().isPresent();
    }

    private List<NodeId> followers(NodeId master) {
        return survey.replicasOf(master).stream().map(NodeView::viewer).toList();
    }

    private String host(NodeId node) {
        return survey.addresses().get(node).host();
    }

    private boolean allBeside(NodeId master) {
        return followers(master).stream().allMatch(replica -> host(replica).equals(host(master)));
    }

    private boolean isLinked(NodeId replica) {
        return survey.infos().get(replica).replication().inSync();
    }

    private Finding bare(NodeView master, List<NodeId> taken) {
        NodeId id = master.viewer();
        List<NodeId> absent = absentReplicas(id);
        Optional<NodeId> spare = spare(host(id), taken);
        String seen = "It owns " + Printed.count(master.self().slots().size(), "slot") + " and "
                + Printed.count(survey.infos().get(id).totalKeys(), "key") + ".";
        Finding finding = Finding.of(
                FindingKind.MASTER_WITHOUT_REPLICA,
                "Master " + survey.name(id) + " has no replica",
                absent.isEmpty()
                        ? List.of(seen)
                        : List.of(seen, survey.names(absent) + " follows it and does not answer."),
                "If it fails, its slots are not served until it returns, and what it has not on disk is lost.",
                !absent.isEmpty()
                        ? "Bring its replica back first."
                        : spare.map(this::whyThisOne).orElseGet(this::newNode));
        return absent.isEmpty() && spare.isPresent() ? finding.mendedBy(follow(spare.get(), id)) : finding;
    }

    private List<NodeId> absentReplicas(NodeId master) {
        return survey.absent().stream()
                .filter(node -> survey.knowing(node).stream()
                        .flatMap(viewer -> survey.seen(viewer, node).stream())
                        .anyMatch(seen -> seen.masterId().filter(master::equals).isPresent()))
                .toList();
    }

    private String whyThisOne(NodeId spare) {
        return isReplica(survey.views().get(spare))
                ? "Let " + survey.name(spare) + " follow it: its own master has another replica that is in sync."
                : "Let " + survey.name(spare)
                        + " follow it: it is a master without slots and keys. If you mean it to own"
                        + " slots, add a new node in its place.";
    }

    private String newNode() {
        return "It takes a new node" + (survey.oneHost() ? "" : ", on another host")
                + ": no master is empty, and no shard has a replica to spare. Start one in cluster mode, then:"
                + " redis-cli --cluster add-node NEW ANY --cluster-slave --cluster-master-id ID.";
    }

    private List<String> follow(NodeId replica, NodeId master) {
        List<String> commands = new ArrayList<>(shell.command(replica, "cluster", "replicate", master.value()));
        commands.addAll(List.of(
                "until " + shell.cli(replica) + " info replication |",
                "  grep -q master_link_status:up",
                "do",
                "  sleep 1",
                "done"));
        return commands;
    }

    /** A node on another host that could become a replica: an empty master, else a replica that is one too many. */
    private Optional<NodeId> spare(String notOn, List<NodeId> taken) {
        Predicate<NodeId> elsewhere = node ->
                !taken.contains(node) && (survey.oneHost() || !host(node).equals(notOn));
        Optional<NodeId> spare = Stream.concat(
                        survey.masters().stream().map(NodeView::viewer).filter(this::isEmptyMaster),
                        survey.masters().stream().flatMap(master -> spareReplicas(master.viewer(), taken)))
                .filter(elsewhere)
                .findFirst();
        spare.ifPresent(taken::add);
        return spare;
    }

    private boolean isEmptyMaster(NodeId node) {
        return survey.views().get(node).self().slots().isEmpty()
                && survey.infos().get(node).totalKeys() == 0
                && followers(node).isEmpty()
                && survey.masters().stream()
                        .noneMatch(view -> view.migrating().containsValue(node)
                                || view.importing().containsValue(node)
                                || (view.viewer().equals(node)
                                        && !view.importing().isEmpty()));
    }

    /** Replicas whose master has another one that is linked and stands on another host than it. */
    private Stream<NodeId> spareReplicas(NodeId master, List<NodeId> taken) {
        List<NodeId> all = followers(master);
        return all.stream().filter(replica -> all.stream()
                .anyMatch(other -> !other.equals(replica)
                        && !taken.contains(other)
                        && isLinked(other)
                        && (survey.oneHost() || !host(other).equals(host(master)))));
    }

    private Finding beside(NodeView master, List<NodeId> taken) {
        NodeId id = master.viewer();
        List<NodeId> replicas = followers(id);
        Finding finding = Finding.of(
                FindingKind.REPLICA_BESIDE_ITS_MASTER,
                "Master " + survey.name(id) + " has its replica on its own host",
                List.of(survey.names(replicas) + " runs on " + host(id) + " too, and it has no replica elsewhere."),
                "If that host is lost, master and replica are lost together, and with them "
                        + Printed.count(master.self().slots().size(), "slot") + ".",
                "");
        Optional<NodeId> spare = spare(host(id), taken);
        if (spare.isPresent()) {
            return first(finding, whyThisOne(spare.get())).mendedBy(follow(spare.get(), id));
        }
        NodeId replica = replicas.get(0);
        Optional<NodeId> other = partner(id, replica, taken);
        if (other.isEmpty()) {
            return first(finding, newNode());
        }
        NodeId otherReplica = other.get();
        NodeId otherMaster = survey.views().get(otherReplica).self().masterId().orElseThrow();
        taken.addAll(List.of(replica, otherReplica));
        List<String> commands = new ArrayList<>(follow(otherReplica, id));
        commands.addAll(follow(replica, otherMaster));
        return first(
                        finding,
                        "Two replicas change places: " + survey.name(otherReplica) + " follows this master, "
                                + survey.name(replica)
                                + " the other one's. Each copies its new master's data (a fork there), and "
                                + survey.name(otherMaster)
                                + " has no replica in sync until both are done: choose a quiet hour.")
                .mendedBy(commands);
    }

    private static Finding first(Finding finding, String first) {
        return new Finding(
                finding.kind(),
                finding.amiss(),
                finding.title(),
                finding.seen(),
                finding.means(),
                first,
                finding.commands());
    }

    /** A linked replica of another shard that is apart from this master, and whose master is apart from this replica. */
    private Optional<NodeId> partner(NodeId master, NodeId replica, List<NodeId> taken) {
        return survey.nodes().stream()
                .filter(view -> isReplica(view) && !taken.contains(view.viewer()) && isLinked(view.viewer()))
                .filter(view -> !host(view.viewer()).equals(host(master)))
                .filter(view -> view.self()
                        .masterId()
                        .filter(survey::answered)
                        .filter(other -> !other.equals(master) && !host(other).equals(host(replica)))
                        .isPresent())
                .map(NodeView::viewer)
                .findFirst();
    }

    private Finding notLinked(NodeView replica) {
        NodeId id = replica.viewer();
        NodeId master = replica.self().masterId().orElseThrow();
        boolean syncing = survey.infos()
                .get(id)
                .replication()
                .link()
                .filter(link -> link.syncing())
                .isPresent();
        return Finding.of(
                FindingKind.REPLICA_NOT_LINKED,
                "Replica " + survey.name(id) + " is not in sync with its master",
                List.of("INFO replication says " + (syncing ? "master_sync_in_progress:1" : "master_link_status:down")
                        + "; it follows " + survey.name(master) + "."),
                "It may not take over, or would lose what it has not received.",
                syncing
                        ? "Wait until it has copied its master's data."
                        : "See whether its master answers, and the logs of both: a wrong masterauth or masteruser, a port that is"
                                + " not open, or a replica output buffer that is too small are the usual reasons.");
    }
}
