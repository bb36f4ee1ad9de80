package io.slotferry.activities.redis;

import static io.slotferry.activities.redis.RespConnection.command;
import static io.slotferry.activities.redis.RespConnection.text;

import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Flag;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.exceptions.JedisDataException;

/** Changes a real node. */
final class RespChangingNode extends RespNode implements ChangingNode {
    /** MIGRATE's own time limit, for each of its I/O steps. */
    private static final int MIGRATE_STEP_MILLIS = 4_000;

    /** How often a node is looked at that cannot be asked in one transaction. */
    private static final int LOOKS = 3;

    /** What a check reads of the node itself. */
    private static final List<CommandArguments> LOOK =
            List.of(command("CLUSTER", "NODES"), command("INFO", "server"), command("INFO", "keyspace"));

    /** As the last check saw it: whether it sends every node a PONG for each slot that it takes. */
    private boolean tellsAllOfEach;

    RespChangingNode(RespConnection connection) {
        super(connection);
    }

    @Override
    public void kill(long clientId) {
        try {
            connection.call(command("CLIENT", "KILL", "ID", clientId));
        } catch (NodeFailure.Refused e) {
            if (!e.reply().contains("No such client")) {
                throw e;
            }
        }
    }

    @Override
    public void meet(String ip, int port, int busPort) {
        connection.call(command("CLUSTER", "MEET", ip, port, busPort));
    }

    @Override
    public void replicate(NodeId master) {
        connection.call(command("CLUSTER", "REPLICATE", master.value()));
    }

    @Override
    public void forget(NodeId node) {
        try {
            connection.call(command("CLUSTER", "FORGET", node.value()));
        } catch (NodeFailure.Refused e) {
            if (!e.reply().contains("Unknown node")) {
                throw e;
            }
        }
    }

    @Override
    public void resetHard() {
        connection.call(command("CLUSTER", "RESET", "HARD"));
        Object answer = connection
                .pipeline(List.of(command("FUNCTION", "FLUSH", "SYNC")))
                .get(0);
        // Before 7.0 there are no functions, and no such command.
        if (refusal(answer).filter(error -> !error.contains("unknown command")).isPresent()) {
            connection.value(command("FUNCTION", "FLUSH"), answer);
        }
    }

    @Override
    public void restoreFunctions(byte[] dump) {
        connection.call(command("FUNCTION", "RESTORE", dump));
    }

    @Override
    public void setConfig(String parameter, String value) {
        connection.call(command("CONFIG", "SET", parameter, value));
    }

    @Override
    public List<Answer<Void>> setSlots(List<SlotChange> changes) {
        if (tellsAllOfEach && QuietTaking.suits(changes)) {
            QuietTaking taking = new QuietTaking(changes);
            Optional<List<Object>> taken =
                    taking.answers(connection.pipeline(taking.commands(RespChangingNode::setSlot)));
            if (taken.isPresent()) {
                return answers(taken.get());
            }
            // A node over its maxmemory queues nothing.
        }
        return answers(connection.pipeline(
                changes.stream().map(RespChangingNode::setSlot).toList()));
    }

    private static CommandArguments setSlot(SlotChange change) {
        if (change instanceof SlotChange.Importing importing) {
            return setSlot(change, "IMPORTING", importing.source());
        }
        if (change instanceof SlotChange.Migrating migrating) {
            return setSlot(change, "MIGRATING", migrating.target());
        }
        NodeId owner = change instanceof SlotChange.Taking taking ? taking.self() : ((SlotChange.Owner) change).owner();
        return setSlot(change, "NODE", owner);
    }

    private static CommandArguments setSlot(SlotChange change, String state, NodeId node) {
        return command("CLUSTER", "SETSLOT", change.slot(), state, node.value());
    }

    private static List<Answer<Void>> answers(List<Object> raw) {
        List<Answer<Void>> answers = new ArrayList<>();
        for (Object answer : raw) {
            Optional<String> refusal = refusal(answer);
            answers.add(refusal.isPresent() ? new Answer.Refused<>(refusal.get()) : new Answer.Done<>(null));
        }
        return answers;
    }

    @Override
    public Carried migrate(MigrateOrder order, List<List<byte[]>> calls, KeyLook next) {
        List<CommandArguments> looks = looking(next);
        List<CommandArguments> commands = new ArrayList<>(calls.size() + looks.size());
        calls.forEach(keys -> commands.add(migrateCommand(order, keys)));
        commands.addAll(looks);
        List<Object> raw = pipelineIn(order.database(), commands);
        return new Carried(
                answers(raw.subList(0, calls.size())), () -> seen(next, looks, raw.subList(calls.size(), raw.size())));
    }

    private CommandArguments migrateCommand(MigrateOrder order, List<byte[]> keys) {
        CommandArguments migrate = command(
                "MIGRATE", order.target().host(), order.target().port(), "", order.database(), MIGRATE_STEP_MILLIS);
        if (order.replace()) {
            migrate.add("REPLACE");
        }
        connection.credential().ifPresent(secret -> {
            if (secret.username().isPresent()) {
                migrate.add("AUTH2").add(secret.username().get()).add(secret.password());
            } else {
                migrate.add("AUTH").add(secret.password());
            }
        });
        migrate.add("KEYS");
        keys.forEach(migrate::add);
        return migrate;
    }

    @Override
    public Answer<Void> exportSlots(SlotRanges slots, NodeId target) {
        CommandArguments export = ranges(command("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE"), slots);
        export.add("NODE").add(target.value());
        return answers(connection.pipeline(List.of(export))).get(0);
    }

    @Override
    public Answer<Void> importSlots(SlotRanges slots) {
        return answers(connection.pipeline(List.of(ranges(command("CLUSTER", "MIGRATION", "IMPORT"), slots))))
                .get(0);
    }

    private static CommandArguments ranges(CommandArguments command, SlotRanges slots) {
        slots.ranges().forEach(range -> command.add(range.from()).add(range.to()));
        return command;
    }

    @Override
    public void cancelMigration(Kind kind, String job) {
        try {
            connection.call(
                    kind == Kind.MIGRATESLOTS
                            ? command("CLUSTER", "CANCELSLOTMIGRATIONS")
                            : command("CLUSTER", "MIGRATION", "CANCEL", "ID", job));
        } catch (NodeFailure.Refused e) {
            if (!e.reply().contains("No migrations ongoing")) {
                throw e;
            }
        }
    }

    @Override
    public SlotCheck check(Collection<Integer> databases, List<Integer> slots) {
        List<CommandArguments> commands = new ArrayList<>();
        commands.add(command("MULTI"));
        for (int database : databases) {
            commands.addAll(select(database));
            commands.addAll(counts(slots));
        }
        commands.addAll(LOOK);
        CommandArguments exec = command("EXEC");
        commands.add(exec);
        List<Object> answers = connection.pipeline(commands);
        Object outcome = answers.get(answers.size() - 1);
        if (outcome instanceof JedisDataException aborted) {
            forgetDatabase();
            String reason = reason(answers, aborted);
            if (reason.startsWith("OOM")) {
                return checkOneByOne(databases, slots);
            }
            throw new NodeFailure.Refused(address(), "MULTI", reason);
        }
        List<?> results = (List<?>) outcome;
        results.forEach(result -> connection.value(exec, result));
        return slotCheck(slots, results);
    }

    /** EXEC says only that a command before it was refused. */
    private static String reason(List<Object> answers, JedisDataException aborted) {
        return answers.stream()
                .filter(JedisDataException.class::isInstance)
                .map(error -> ((JedisDataException) error).getMessage())
                .findFirst()
                .orElseGet(aborted::getMessage);
    }

    /**
     * A node over its maxmemory queues nothing, and it is just such nodes that are to give slots away. The same commands then,
     * sent together, with the keys counted twice and the node looked at before and after: where both looks are the same, the
     * slots were migrating all the while, so that no key could come to one that was counted empty.
     */
    private SlotCheck checkOneByOne(Collection<Integer> databases, List<Integer> slots) {
        for (int attempt = 0; attempt < LOOKS; attempt++) {
            List<Integer> ascending = databases.stream().sorted().toList();
            List<CommandArguments> commands = new ArrayList<>(LOOK);
            ascending.forEach(database -> commands.addAll(countsIn(database, slots)));
            // Downwards, since a key may be moved from one database to another meanwhile.
            for (int i = ascending.size() - 1; i >= 0; i--) {
                commands.addAll(countsIn(ascending.get(i), slots));
            }
            commands.addAll(LOOK);
            List<Object> answers = connection.pipeline(commands);
            forgetDatabase();
            for (int i = 0; i < answers.size(); i++) {
                connection.value(commands.get(i), answers.get(i));
            }
            int half = answers.size() / 2;
            List<Object> first = new ArrayList<>(answers.subList(LOOK.size(), half));
            first.addAll(answers.subList(0, LOOK.size()));
            SlotCheck before = slotCheck(slots, first);
            SlotCheck after = slotCheck(slots, answers.subList(half, answers.size()));
            if (before.identity().equals(after.identity()) && before.open().equals(after.open())) {
                Map<Integer, Long> keys = new HashMap<>(before.keys());
                after.keys().forEach((slot, count) -> keys.merge(slot, count, Math::max));
                return new SlotCheck(after.identity(), keys, after.databases(), after.open(), after.masters());
            }
        }
        throw new NodeFailure.Refused(address(), "CLUSTER NODES", "its slots changed each time while it was looked at");
    }

    private static List<CommandArguments> counts(List<Integer> slots) {
        return slots.stream()
                .map(slot -> command("CLUSTER", "COUNTKEYSINSLOT", slot))
                .toList();
    }

    private static List<CommandArguments> countsIn(int database, List<Integer> slots) {
        List<CommandArguments> commands = new ArrayList<>();
        commands.add(command("SELECT", database));
        commands.addAll(counts(slots));
        return commands;
    }

    /** Counts are numbers, SELECT answers a status, and the three texts stand last. */
    private SlotCheck slotCheck(List<Integer> slots, List<?> results) {
        Map<Integer, Long> keys = new HashMap<>();
        slots.forEach(slot -> keys.put(slot, 0L));
        int counted = 0;
        for (Object result : results) {
            if (result instanceof Long count) {
                keys.merge(slots.get(counted++ % slots.size()), count, Long::sum);
            }
        }
        int texts = results.size() - LOOK.size();
        NodeView view = ClusterText.view(address(), text(results.get(texts)), "");
        Map<String, String> server = InfoText.facts(text(results.get(texts + 1)));
        tellsAllOfEach = QuietTaking.helps(server);
        return new SlotCheck(
                new Identity(
                        view.viewer(),
                        server.getOrDefault("run_id", ""),
                        view.self().configEpoch()),
                keys,
                InfoText.keys(InfoText.facts(text(results.get(texts + 2)))),
                new OpenSlots(view.migrating(), view.importing(), view.self().slots()),
                view.nodes().stream()
                        .filter(node ->
                                node.role() == Role.MASTER && !node.flags().contains(Flag.FAIL))
                        .collect(Collectors.toMap(KnownNode::id, KnownNode::configEpoch)));
    }
}
