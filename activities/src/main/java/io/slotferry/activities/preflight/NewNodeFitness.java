package io.slotferry.activities.preflight;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.Node;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** That a new node can be found by the others, has room for its share, and persists as they do. */
final class NewNodeFitness {
    private static final double MEGABYTE = 1_000_000;

    private final ClusterReader reader;
    private final Answers answers;
    private final Readings readings;

    NewNodeFitness(ClusterReader reader, Answers answers, Readings readings) {
        this.reader = reader;
        this.answers = answers;
        this.readings = readings;
    }

    void check() {
        readings.newNodes().forEach((address, node) -> node.view().ifPresent(view -> {
            busPort(address, view.self());
            announced(address, view, readings.added().get(address));
        }));
        memory();
        persistence();
        for (CheckName check : List.of(
                CheckName.NEW_NODE_BUS_PORT,
                CheckName.NEW_NODE_ANNOUNCED_ADDRESS,
                CheckName.NEW_NODE_MEMORY,
                CheckName.NEW_NODE_PERSISTENCE)) {
            answers.passUnlessSaid(check, "no new node that it concerns");
        }
    }

    /** What the worker sees is not what the nodes see: the matrix of links right after MEET is the whole proof. */
    private void busPort(NodeAddress address, KnownNode self) {
        Optional<NodeAddress> subject = Optional.of(address);
        if (self.busPort() == 0 || self.busPort() > 65_535) {
            answers.fail(
                    CheckName.NEW_NODE_BUS_PORT,
                    subject,
                    address + " announces " + self.busPort() + " as its bus port",
                    "set cluster-announce-bus-port on it to the port that the other nodes reach");
            return;
        }
        NodeAddress bus = new NodeAddress(address.host(), self.busPort());
        Optional<String> trouble = reader.nodes().knock(bus);
        if (trouble.isEmpty()) {
            answers.pass(CheckName.NEW_NODE_BUS_PORT, subject, "its bus port can be reached from the worker");
        } else {
            answers.fail(
                    CheckName.NEW_NODE_BUS_PORT,
                    subject,
                    "the bus port that " + address + " announces, " + bus + ", cannot be reached from the worker: "
                            + trouble.get(),
                    "open it for all nodes of the cluster (firewall, port mapping), or correct cluster-announce-bus-port"
                            + " on the new node; where only the worker cannot reach it, accept \"new-node-bus-port\"");
        }
    }

    /** The address by which the others, and clients, will be told of it. */
    private void announced(NodeAddress address, NodeView view, NodeReading reading) {
        Optional<NodeAddress> subject = Optional.of(address);
        String remedy =
                "set cluster-announce-ip, -port and -hostname on it to what the other nodes and the clients reach;"
                        + " where only the worker cannot reach it, accept \"new-node-announced-address\"";
        String endpoint = reading == null
                ? ""
                : reading.parameter("cluster-preferred-endpoint-type").orElse("ip");
        String hostname = reading == null
                ? ""
                : reading.parameter("cluster-announce-hostname").orElse("");
        if (endpoint.equals("hostname") && hostname.isEmpty()) {
            answers.fail(
                    CheckName.NEW_NODE_ANNOUNCED_ADDRESS,
                    subject,
                    address
                            + " has cluster-preferred-endpoint-type hostname and announces no hostname: clients would be"
                            + " redirected to \"?\"",
                    "CONFIG SET cluster-announce-hostname on it to its name");
            return;
        }
        List<NodeAddress> announced = new ArrayList<>(List.of(view.self().address()));
        if (!hostname.isEmpty()) {
            announced.add(new NodeAddress(hostname, view.self().address().port()));
        }
        for (NodeAddress there : announced) {
            Optional<String> trouble = there.equals(address) ? Optional.empty() : elsewhere(there, view.viewer());
            if (trouble.isPresent()) {
                answers.fail(
                        CheckName.NEW_NODE_ANNOUNCED_ADDRESS,
                        subject,
                        address + " announces itself as " + there + ": " + trouble.get(),
                        remedy);
                return;
            }
        }
        answers.pass(CheckName.NEW_NODE_ANNOUNCED_ADDRESS, subject, "it is reached by what it announces");
    }

    /** Why another address is not the same node's; empty where it is. */
    private Optional<String> elsewhere(NodeAddress there, NodeId id) {
        Asked<NodeId> asked = reader.ask(List.of(there), Node::id);
        return asked.failures().isEmpty()
                ? asked.answers().values().stream()
                        .filter(found -> !found.equals(id))
                        .map(found -> "another node answers there (" + found.brief() + ")")
                        .findFirst()
                : asked.failures().values().stream().map(Throwable::getMessage).findFirst();
    }

    /**
     * The share that a new node gets of all data, beside what it uses now, against the limit for a node that takes slots.
     * New nodes without maxmemory on one host share its memory.
     */
    private void memory() {
        int threshold = readings.request().thresholds().memory();
        long share = share();
        if (share < 0) {
            answers.notApplicable(
                    CheckName.NEW_NODE_MEMORY, Optional.empty(), "how much data there is could not be read");
            return;
        }
        Map<String, List<NodeAddress>> byRoom = new TreeMap<>();
        readings.added().forEach((address, reading) -> {
            boolean own = reading.figure("maxmemory") > 0;
            byRoom.computeIfAbsent(own ? address.toString() : address.host(), room -> new ArrayList<>())
                    .add(address);
        });
        byRoom.values().forEach(nodes -> memory(nodes, share, threshold));
    }

    private void memory(List<NodeAddress> nodes, long share, int threshold) {
        long limit = readings.added().get(nodes.get(0)).info().load().memoryLimit();
        // What a node that joined before has of its share already is not counted twice.
        long used = nodes.stream()
                .map(readings.added()::get)
                .mapToLong(reading -> reading.info().load().usedMemory() - data(reading))
                .sum();
        Optional<NodeAddress> subject = Optional.of(nodes.get(0));
        long expected = used + share * nodes.size();
        String figures = String.format(
                Locale.ROOT,
                "%s %.0f MB with the planned share of %.0f MB%s, of %.0f MB (%s), limit %d %% (thresholds.memory)",
                nodes.size() == 1
                        ? nodes.get(0) + " will use"
                        : nodes.size() + " new nodes on " + nodes.get(0).host() + " will use",
                expected / MEGABYTE,
                share / MEGABYTE,
                nodes.size() == 1 ? "" : " each",
                limit / MEGABYTE,
                readings.added().get(nodes.get(0)).figure("maxmemory") > 0 ? "maxmemory" : "the machine's memory",
                threshold);
        if (limit == 0) {
            answers.notApplicable(CheckName.NEW_NODE_MEMORY, subject, "it says neither maxmemory nor the machine's");
        } else if (expected * 100 > limit * threshold) {
            answers.fail(
                    CheckName.NEW_NODE_MEMORY,
                    subject,
                    figures,
                    "raise maxmemory, take larger machines, or add more masters");
        } else {
            answers.pass(CheckName.NEW_NODE_MEMORY, subject, figures);
        }
    }

    /** Bytes of data that an even share holds; -1 where nothing could be read. */
    private long share() {
        Map<NodeAddress, NodeReading> all = readings.all();
        Map<NodeId, NodeReading> masters = new LinkedHashMap<>();
        long already = 0;
        for (NodeView view : readings.views()) {
            KnownNode self = view.self();
            NodeReading reading = all.get(self.address());
            if (self.role() == Role.MASTER && reading != null) {
                masters.put(self.id(), reading);
                already += readings.isNewMaster(self.address()) ? 1 : 0;
            }
        }
        if (masters.isEmpty()) {
            return -1;
        }
        long data = masters.values().stream().mapToLong(NewNodeFitness::data).sum();
        long after = masters.size() + readings.request().add().masters().size() - already;
        return data / Math.max(1, after);
    }

    /** Keys and values, without what a server needs for itself. */
    private static long data(NodeReading reading) {
        return Math.max(0, reading.figure("used_memory_dataset"));
    }

    private void persistence() {
        List<String> there = readings.members().values().stream()
                .map(NewNodeFitness::persistenceOf)
                .distinct()
                .toList();
        if (there.isEmpty()) {
            answers.notApplicable(
                    CheckName.NEW_NODE_PERSISTENCE, Optional.empty(), "no node of the cluster could be asked");
            return;
        }
        readings.added().forEach((address, reading) -> {
            String here = persistenceOf(reading);
            if (there.contains(here)) {
                answers.pass(CheckName.NEW_NODE_PERSISTENCE, Optional.of(address), here + ", as on the others");
            } else {
                answers.fail(
                        CheckName.NEW_NODE_PERSISTENCE,
                        Optional.of(address),
                        address + " has " + here + ", the cluster's nodes have " + String.join("; or ", there),
                        "CONFIG SET appendonly and save on it as on the others, then CONFIG REWRITE");
            }
        });
    }

    private static String persistenceOf(NodeReading reading) {
        String save = reading.parameter("save").orElse("?");
        return "appendonly " + (reading.info().aof() ? "yes" : "no") + " and "
                + (save.isEmpty() ? "no save points" : "save points");
    }
}
