package io.slotferry.activities.redis;

import static io.slotferry.activities.redis.RespConnection.command;
import static io.slotferry.activities.redis.RespConnection.text;

import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.args.Rawable;
import redis.clients.jedis.args.RawableFactory;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Looks at a real node. */
class RespNode implements Node {
    private static final int UNKNOWN = -1;
    private static final ProtocolCommand MEMORY = RespConnection.named("MEMORY");
    private static final Rawable USAGE = RawableFactory.from("USAGE");

    protected final RespConnection connection;
    private final MigrationLog migrations;
    private int database;

    RespNode(RespConnection connection) {
        this.connection = connection;
        this.migrations = new MigrationLog(connection);
    }

    @Override
    public NodeAddress address() {
        return connection.address();
    }

    @Override
    public NodeView view() {
        CommandArguments nodes = command("CLUSTER", "NODES");
        CommandArguments info = command("CLUSTER", "INFO");
        List<Object> answers = connection.pipeline(List.of(nodes, info));
        return ClusterText.view(
                address(), text(connection.value(nodes, answers.get(0))), text(connection.value(info, answers.get(1))));
    }

    @Override
    public ServerInfo info() {
        return InfoText.info(text(connection.call(command("INFO"))));
    }

    @Override
    public void ping() {
        connection.call(command("PING"));
    }

    @Override
    public NodeId id() {
        return new NodeId(text(connection.call(command("CLUSTER", "MYID"))));
    }

    @Override
    public Optional<String> config(String parameter) {
        List<?> pair = (List<?>) connection.call(command("CONFIG", "GET", parameter));
        return pair.size() < 2 ? Optional.empty() : Optional.of(text(pair.get(1)));
    }

    @Override
    public Particulars particulars() {
        return new RespParticulars(connection);
    }

    @Override
    public MigrationJobs migrationJobs() {
        return migrations.read();
    }

    @Override
    public List<NamedClient> slotferryClients() {
        List<NamedClient> clients = new ArrayList<>();
        for (String line : text(connection.call(command("CLIENT", "LIST"))).split("\n")) {
            String id = field(line, "id");
            String name = field(line, "name");
            if (name.startsWith(ConnectionName.PREFIX)) {
                clients.add(new NamedClient(Long.parseLong(id), name));
            }
        }
        return clients;
    }

    private static String field(String line, String name) {
        for (String word : line.split(" ")) {
            if (word.startsWith(name + "=")) {
                return word.substring(name.length() + 1);
            }
        }
        return "";
    }

    @Override
    public Optional<byte[]> dump(int inDatabase, byte[] key, boolean asking) {
        CommandArguments dump = command("DUMP", (Object) key);
        Object answer = ask(inDatabase, dump, asking);
        return isGone(answer) ? Optional.empty() : Optional.of((byte[]) connection.value(dump, answer));
    }

    /** What a command about a key is answered, an error too. */
    private Object ask(int inDatabase, CommandArguments command, boolean asking) {
        List<Object> answers = pipelineIn(inDatabase, asking ? List.of(command("ASKING"), command) : List.of(command));
        return answers.get(answers.size() - 1);
    }

    @Override
    public Optional<byte[]> contents(int inDatabase, byte[] key, boolean asking) {
        Contents contents = new Contents(type(inDatabase, key, asking), key);
        Optional<Object> held = contents.reading()
                .map(command -> ask(inDatabase, command, asking))
                .filter(answer -> refusal(answer).isEmpty());
        if (held.isEmpty()) {
            return Optional.empty();
        }
        List<?> answer = (List<?>) held.get();
        contents.add(answer);
        List<Object> times = new ArrayList<>();
        for (CommandArguments command : contents.readingExpiry(answer)) {
            Object some = ask(inDatabase, command, asking);
            Optional<String> refused = refusal(some);
            if (refused.filter(error -> error.toLowerCase(Locale.ROOT).contains("unknown command"))
                    .isPresent()) {
                break;
            }
            if (refused.isPresent() || !(some instanceof List<?>)) {
                return Optional.empty();
            }
            times.add(some);
        }
        contents.addExpiry(answer, times);
        return Optional.of(contents.digest());
    }

    @Override
    public List<Long> countKeys(int inDatabase, List<Integer> slots) {
        List<CommandArguments> commands = slots.stream()
                .map(slot -> command("CLUSTER", "COUNTKEYSINSLOT", slot))
                .toList();
        return pipelineIn(inDatabase, commands).stream()
                .map(answer -> (Long) connection.value(commands.get(0), answer))
                .toList();
    }

    @Override
    public Optional<Map<Integer, Long>> slotStats(String metric) {
        Object answer = connection
                .pipeline(List.of(command("CLUSTER", "SLOT-STATS", "SLOTSRANGE", 0, SlotRange.SLOTS - 1)))
                .get(0);
        if (refusal(answer).isPresent()) {
            return Optional.empty();
        }
        Map<Integer, Long> values = new HashMap<>();
        for (Object slot : (List<?>) answer) {
            List<?> entry = (List<?>) slot;
            List<?> metrics = (List<?>) entry.get(1);
            for (int i = 0; i + 1 < metrics.size(); i += 2) {
                if (text(metrics.get(i)).equals(metric)) {
                    values.put(((Long) entry.get(0)).intValue(), (Long) metrics.get(i + 1));
                }
            }
        }
        return ((List<?>) answer).size() == values.size() ? Optional.of(values) : Optional.empty();
    }

    @Override
    public KeysSeen look(int inDatabase, KeyLook look) {
        List<CommandArguments> commands = looking(look);
        return seen(look, commands, pipelineIn(inDatabase, commands));
    }

    protected static List<CommandArguments> looking(KeyLook look) {
        List<CommandArguments> commands =
                new ArrayList<>(look.names().size() + look.slots().size());
        look.names().forEach(name -> commands.add(usage(name)));
        look.slots().forEach(slot -> commands.add(command("CLUSTER", "GETKEYSINSLOT", slot, look.count())));
        return commands;
    }

    protected KeysSeen seen(KeyLook look, List<CommandArguments> commands, List<Object> answers) {
        int named = look.names().size();
        List<Long> sizes = new ArrayList<>(named);
        for (Object answer : answers.subList(0, named)) {
            sizes.add(isGone(answer) ? 0 : (Long) connection.value(commands.get(0), answer));
        }
        List<List<byte[]>> keys = new ArrayList<>();
        for (Object answer : answers.subList(named, answers.size())) {
            List<?> list = (List<?>) connection.value(commands.get(named), answer);
            keys.add(list.stream().map(key -> (byte[]) key).toList());
        }
        return new KeysSeen(sizes, keys);
    }

    /** One for each key that moves, so nothing of it is encoded anew. */
    private static CommandArguments usage(byte[] key) {
        return new CommandArguments(MEMORY).add(USAGE).add(key);
    }

    @Override
    public void readOnly() {
        connection.call(command("READONLY"));
    }

    @Override
    public KeyPage scan(int inDatabase, String cursor, int count) {
        CommandArguments scan = command("SCAN", cursor, "COUNT", count);
        List<?> answer = (List<?>)
                connection.value(scan, pipelineIn(inDatabase, List.of(scan)).get(0));
        List<byte[]> names =
                ((List<?>) answer.get(1)).stream().map(name -> (byte[]) name).toList();
        List<SizedKey> keys = new ArrayList<>(names.size());
        if (!names.isEmpty()) {
            CommandArguments usage = usage(names.get(0));
            List<Object> sizes =
                    pipelineIn(inDatabase, names.stream().map(RespNode::usage).toList());
            for (int i = 0; i < names.size(); i++) {
                Object size = sizes.get(i);
                boolean gone = isGone(size)
                        || refusal(size)
                                .filter(text -> text.startsWith("MOVED "))
                                .isPresent();
                keys.add(new SizedKey(
                        names.get(i),
                        JedisClusterCRC16.getSlot(names.get(i)),
                        gone ? 0 : (Long) connection.value(usage, size)));
            }
        }
        return new KeyPage(text(answer.get(0)), keys);
    }

    @Override
    public String type(int inDatabase, byte[] key) {
        return type(inDatabase, key, false);
    }

    private String type(int inDatabase, byte[] key, boolean asking) {
        CommandArguments type = command("TYPE", (Object) key);
        Object answer = ask(inDatabase, type, asking);
        return isGone(answer) ? "none" : text(connection.value(type, answer));
    }

    /** Whether the connection is as it was when it was opened. */
    protected boolean inFirstDatabase() {
        return database == 0;
    }

    /** SELECT where another database is selected; the answers of a pipeline that begins with it have one more in front. */
    protected List<CommandArguments> select(int inDatabase) {
        if (inDatabase == database) {
            return List.of();
        }
        database = inDatabase;
        return List.of(command("SELECT", inDatabase));
    }

    /** A SELECT was sent and may not have run: the next command selects anew. */
    protected void forgetDatabase() {
        database = UNKNOWN;
    }

    /** Sends commands to a database; answers theirs alone, in order. */
    protected List<Object> pipelineIn(int inDatabase, List<CommandArguments> commands) {
        List<CommandArguments> all = new ArrayList<>(select(inDatabase));
        int selects = all.size();
        all.addAll(commands);
        List<Object> answers = connection.pipeline(all);
        if (selects > 0) {
            connection.value(all.get(0), answers.get(0));
        }
        return answers.subList(selects, answers.size());
    }

    /** A key that was deleted or expired since it was listed: the source of an open slot then answers ASK. */
    protected static boolean isGone(Object answer) {
        return answer == null
                || refusal(answer).filter(text -> text.startsWith("ASK ")).isPresent();
    }

    /** Whether this answer is the node's error. */
    protected static Optional<String> refusal(Object answer) {
        return answer instanceof JedisDataException e ? Optional.of(String.valueOf(e.getMessage())) : Optional.empty();
    }

    @Override
    public void close() {
        connection.close();
    }
}
