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

/** Changes a real node. */
final class RespChangingNode extends RespNode implements ChangingNode {
    /** MIGRATE's own time limit, for each of its I/O steps. */
    private static final int MIGRATE_STEP_MILLIS = 4_000;

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
    public void setConfig(String parameter, String value) {
        connection.call(command("CONFIG", "SET", parameter, value));
    }

    @Override
    public List<Answer<Void>> setSlots(List<SlotChange> changes) {
        return answers(connection.pipeline(
                changes.stream().map(RespChangingNode::setSlot).toList()));
    }

    private static CommandArguments setSlot(SlotChange change) {
        if (change instanceof SlotChange.Importing importing) {
            return command(
                    "CLUSTER",
                    "SETSLOT",
                    change.slot(),
                    "IMPORTING",
                    importing.source().value());
        }
        if (change instanceof SlotChange.Migrating migrating) {
            return command(
                    "CLUSTER",
                    "SETSLOT",
                    change.slot(),
                    "MIGRATING",
                    migrating.target().value());
        }
        return command(
                "CLUSTER",
                "SETSLOT",
                change.slot(),
                "NODE",
                ((SlotChange.Owner) change).owner().value());
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
    public List<Answer<Void>> migrate(MigrateOrder order, List<List<byte[]>> calls) {
        return answers(pipelineIn(
                order.database(),
                calls.stream().map(keys -> migrateCommand(order, keys)).toList()));
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
            slots.forEach(slot -> commands.add(command("CLUSTER", "COUNTKEYSINSLOT", slot)));
        }
        commands.add(command("CLUSTER", "NODES"));
        commands.add(command("INFO", "server"));
        commands.add(command("INFO", "keyspace"));
        CommandArguments exec = command("EXEC");
        commands.add(exec);
        List<Object> queued = connection.pipeline(commands);
        List<?> results = (List<?>) connection.value(exec, queued.get(queued.size() - 1));
        results.forEach(result -> connection.value(exec, result));
        return slotCheck(slots, results);
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
        int texts = results.size() - 3;
        NodeView view = ClusterText.view(address(), text(results.get(texts)), "");
        String runId = InfoText.facts(text(results.get(texts + 1))).getOrDefault("run_id", "");
        return new SlotCheck(
                new Identity(view.viewer(), runId, view.self().configEpoch()),
                keys,
                InfoText.keys(InfoText.facts(text(results.get(texts + 2)))),
                new OpenSlots(view.migrating(), view.importing(), view.self().slots()),
                view.nodes().stream()
                        .filter(node ->
                                node.role() == Role.MASTER && !node.flags().contains(Flag.FAIL))
                        .collect(Collectors.toMap(KnownNode::id, KnownNode::configEpoch)));
    }
}
