package io.slotferry.activities.redis;

import static io.slotferry.activities.redis.RespConnection.command;
import static io.slotferry.activities.redis.RespConnection.text;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.exceptions.JedisDataException;

/** Reads them from a real node. */
final class RespParticulars implements Particulars {
    private static final int MOST_SLOW_COMMANDS = 128;

    private final RespConnection connection;

    RespParticulars(RespConnection connection) {
        this.connection = connection;
    }

    @Override
    public Map<String, String> facts() {
        return InfoText.facts(text(connection.call(command("INFO"))));
    }

    @Override
    public Map<String, String> clusterFacts() {
        return InfoText.facts(text(connection.call(command("CLUSTER", "INFO"))));
    }

    @Override
    public Work work() {
        return InfoText.work(InfoText.facts(text(connection.call(command("INFO", "commandstats")))));
    }

    @Override
    public Map<String, String> config() {
        return pairs(connection.call(command("CONFIG", "GET", "*")));
    }

    @Override
    public Map<String, String> aclUsers() {
        Map<String, String> users = new LinkedHashMap<>();
        for (Object line : list(connection.call(command("ACL", "LIST")))) {
            String[] words = text(line).split(" ");
            String name = words.length > 1 ? words[1] : "";
            // Redis 6.2 words the same rules in another order on every node.
            Arrays.sort(words);
            users.put(name, digest(String.join(" ", words).getBytes(StandardCharsets.UTF_8)));
        }
        return users;
    }

    @Override
    public Map<String, String> modules() {
        Map<String, String> modules = new LinkedHashMap<>();
        for (Object module : list(connection.call(command("MODULE", "LIST")))) {
            Map<String, String> fields = pairs(module);
            modules.put(fields.getOrDefault("name", "?"), fields.getOrDefault("ver", "?"));
        }
        return modules;
    }

    @Override
    public Map<String, String> functions() {
        CommandArguments command = command("FUNCTION", "LIST", "WITHCODE");
        Object answer = connection.pipeline(List.of(command)).get(0);
        if (answer instanceof JedisDataException e
                && String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("unknown command")) {
            return Map.of();
        }
        Map<String, String> libraries = new LinkedHashMap<>();
        for (Object library : list(connection.value(command, answer))) {
            List<?> fields = list(library);
            String name = "?";
            byte[] code = {};
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                if (text(fields.get(i)).equals("library_name")) {
                    name = text(fields.get(i + 1));
                } else if (text(fields.get(i)).equals("library_code")) {
                    code = (byte[]) fields.get(i + 1);
                }
            }
            libraries.put(name, digest(code));
        }
        return libraries;
    }

    @Override
    public byte[] functionDump() {
        return (byte[]) connection.call(command("FUNCTION", "DUMP"));
    }

    @Override
    public Instant time() {
        List<?> parts = list(connection.call(command("TIME")));
        return Instant.ofEpochSecond(Long.parseLong(text(parts.get(0))))
                .plus(Long.parseLong(text(parts.get(1))), ChronoUnit.MICROS);
    }

    @Override
    public List<Client> clients() {
        String own = text(connection.call(command("CLIENT", "LIST")));
        List<Client> clients = new ArrayList<>();
        for (String line : own.split("\n")) {
            Map<String, String> fields = words(line);
            if (fields.containsKey("id") && !isThisOne(fields)) {
                clients.add(new Client(
                        Long.parseLong(fields.get("id")),
                        fields.getOrDefault("addr", "?"),
                        fields.getOrDefault("name", ""),
                        fields.getOrDefault("flags", ""),
                        Long.parseLong(fields.getOrDefault("omem", "0")),
                        Long.parseLong(fields.getOrDefault("qbuf", "0"))));
            }
        }
        return clients;
    }

    /** The one that is asking right now; another slotferry's looks the same, and is as little of interest. */
    private static boolean isThisOne(Map<String, String> fields) {
        return fields.getOrDefault("cmd", "").matches("client(\\|list)?");
    }

    private static Map<String, String> words(String line) {
        Map<String, String> words = new LinkedHashMap<>();
        for (String word : line.trim().split(" ")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                words.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return words;
    }

    @Override
    public List<SlowCommand> slowCommands() {
        List<SlowCommand> commands = new ArrayList<>();
        for (Object entry : list(connection.call(command("SLOWLOG", "GET", MOST_SLOW_COMMANDS)))) {
            List<?> fields = list(entry);
            List<?> arguments = list(fields.get(3));
            commands.add(new SlowCommand(
                    Instant.ofEpochSecond((Long) fields.get(1)),
                    (Long) fields.get(2),
                    arguments.isEmpty() ? "?" : text(arguments.get(0)).toUpperCase(Locale.ROOT)));
        }
        return commands;
    }

    @Override
    public String user() {
        return connection.credential().flatMap(secret -> secret.username()).orElse("default");
    }

    @Override
    public List<Optional<String>> dryRun(List<List<String>> commands) {
        List<CommandArguments> asked = commands.stream()
                .map(words -> {
                    List<Object> arguments = new ArrayList<>(List.of("DRYRUN", user()));
                    arguments.addAll(words);
                    return command("ACL", arguments.toArray());
                })
                .toList();
        List<Object> answers = connection.pipeline(asked);
        List<Optional<String>> results = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            if (answers.get(i) instanceof JedisDataException e
                    && String.valueOf(e.getMessage()).contains("not found")) {
                // What the server does not know, nobody needs there.
                results.add(Optional.empty());
                continue;
            }
            String answer = text(connection.value(asked.get(i), answers.get(i)));
            results.add(answer.equals("OK") ? Optional.empty() : Optional.of(answer));
        }
        return results;
    }

    @Override
    public UserRules rules() {
        List<?> fields = list(connection.call(command("ACL", "GETUSER", user())));
        String commands = "";
        String keys = "";
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            switch (text(fields.get(i))) {
                case "commands" -> commands = scalar(fields.get(i + 1));
                case "keys" -> keys = scalar(fields.get(i + 1));
                default -> {
                    // Passwords and flags are read by nobody.
                }
            }
        }
        return new UserRules(commands, keys);
    }

    private static List<?> list(Object answer) {
        return (List<?>) answer;
    }

    private static Map<String, String> pairs(Object answer) {
        Map<String, String> pairs = new LinkedHashMap<>();
        List<?> parts = list(answer);
        for (int i = 0; i + 1 < parts.size(); i += 2) {
            pairs.put(scalar(parts.get(i)), scalar(parts.get(i + 1)));
        }
        return pairs;
    }

    private static String scalar(Object value) {
        if (value instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        return value instanceof List<?> list
                ? list.stream().map(RespParticulars::scalar).collect(Collectors.joining(" "))
                : String.valueOf(value);
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
