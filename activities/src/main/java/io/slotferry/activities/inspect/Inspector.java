package io.slotferry.activities.inspect;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.inspect.Inspection.MasterLine;
import io.slotferry.activities.redis.MigrationJobs.Job;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeView;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks at a cluster, whatever state it is in, and explains what is amiss. Changes nothing. */
public final class Inspector {
    private final ClusterReader reader;
    private final Optional<String> user;

    /**
     * An inspector that prints commands for this user.
     *
     * @param user whose credential the reader uses; empty for the default user
     */
    public Inspector(ClusterReader reader, Optional<String> user) {
        this.reader = reader;
        this.user = user;
    }

    /**
     * Asks every node that any node knows.
     *
     * @param bigKeys where every key is to be looked at too, 5,000 a second of a replica, 1,000 of a master
     * @throws NodeFailure of the first seed where no seed answers
     */
    public Inspection inspect(ClusterAccess access, Optional<BigKeyLimits> bigKeys) {
        Survey survey = new Surveyor(reader).look(access);
        Shell shell = Shell.of(survey, access, user);
        List<Finding> findings = new ArrayList<>();
        findings.addAll(new MemberFinder(survey, shell).find());
        List<String> jobs = said(
                "runs ",
                node -> node.migrationJobs().running().stream().map(Job::text).toList(),
                survey);
        jobs(jobs).ifPresent(findings::add);
        OpenSlotSurvey slots = new OpenSlotSurvey(reader, survey);
        findings.addAll(new OpenSlotFinder(survey, slots, shell).find(slots.slots(), atWork(jobs, survey)));
        findings.addAll(new CoverageFinder(reader, survey, shell).find());
        findings.addAll(new ViewFinder(survey, shell).find(findings.stream().anyMatch(Finding::amiss)));
        findings.addAll(new ReplicaFinder(survey, shell).find());
        List<MasterLine> masters = masters(survey);
        BalanceFinder.find(masters).ifPresent(findings::add);
        bigKeys.flatMap(limits -> new BigKeyFinder(reader).find(access, limits)).ifPresent(findings::add);
        return new Inspection(
                survey.infos().values().stream()
                        .map(info -> info.engine() + " " + info.version())
                        .distinct()
                        .sorted()
                        .toList(),
                survey.known().size(),
                survey.views().size(),
                survey.owned(),
                masters,
                findings);
    }

    private static List<MasterLine> masters(Survey survey) {
        return survey.masters().stream()
                .map(NodeView::self)
                .map(self -> {
                    var info = survey.infos().get(self.id());
                    return new MasterLine(
                            self.id(),
                            survey.addresses().get(self.id()),
                            self.slots(),
                            info.totalKeys(),
                            info.load().usedMemory(),
                            info.load().memoryLimit(),
                            survey.replicasOf(self.id()).size());
                })
                .toList();
    }

    /** What shows that somebody moves slots right now. */
    private List<String> atWork(List<String> jobs, Survey survey) {
        List<String> signs = new ArrayList<>(jobs);
        signs.addAll(said(
                "has a connection of slotferry's: ",
                node -> node.slotferryClients().stream()
                        .map(Node.NamedClient::name)
                        .toList(),
                survey));
        return signs;
    }

    private List<String> said(String verb, java.util.function.Function<Node, List<String>> question, Survey survey) {
        Map<NodeAddress, List<String>> answers =
                reader.ask(survey.addresses().values(), question).answers();
        List<String> said = new ArrayList<>();
        answers.forEach((address, lines) -> lines.forEach(line -> said.add(address + " " + verb + line + ".")));
        return said;
    }

    private static Optional<Finding> jobs(List<String> jobs) {
        return jobs.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.of(
                        FindingKind.MIGRATION_JOB,
                        "An atomic slot migration is running",
                        jobs,
                        "The server itself moves slots. It forks for that, and clients do not notice.",
                        "Let it finish. To cancel it, on the node named: CLUSTER CANCELSLOTMIGRATIONS (Valkey), or CLUSTER"
                                + " MIGRATION CANCEL ALL (Redis)."));
    }
}
