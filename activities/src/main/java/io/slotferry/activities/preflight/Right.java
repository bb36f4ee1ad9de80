package io.slotferry.activities.preflight;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The rights that slotferry's user needs, in the words of ACL SETUSER, each with commands that show whether it has them. The
 * one list: docs/CREDENTIALS.md prints it.
 */
enum Right {
    SELECT("select", true, "SELECT 0"),
    MULTI("multi", true, "MULTI"),
    EXEC("exec", true, "EXEC"),
    ASKING("asking", true, "ASKING"),
    INFO("info", true, "INFO"),
    DUMP("dump", true, "DUMP slotferry"),
    MIGRATE("migrate", true, "MIGRATE host 7000 slotferry 0 1000"),
    RESTORE_ASKING("restore-asking", true, "RESTORE-ASKING slotferry 0 payload"),
    SET("set", true, "SET slotferry value"),
    GET("get", true, "GET slotferry"),
    DEL("del", true, "DEL slotferry"),
    PING("ping", true, "PING"),
    CLUSTER(
            "cluster",
            true,
            "CLUSTER NODES",
            "CLUSTER MEET 10.0.0.1 7000",
            "CLUSTER REPLICATE id",
            "CLUSTER FORGET id",
            "CLUSTER RESET",
            "CLUSTER SETSLOT 0 STABLE",
            "CLUSTER COUNTKEYSINSLOT 0",
            "CLUSTER GETKEYSINSLOT 0 1"),
    MEMORY_USAGE("memory|usage", true, "MEMORY USAGE slotferry"),
    CLIENT_SETNAME("client|setname", true, "CLIENT SETNAME slotferry"),
    CLIENT_LIST("client|list", true, "CLIENT LIST"),
    CLIENT_KILL("client|kill", true, "CLIENT KILL ID 1"),
    CONFIG_GET("config|get", true, "CONFIG GET parameter"),
    CONFIG_SET("config|set", true, "CONFIG SET parameter value"),
    FUNCTION_FLUSH("function|flush", true, "FUNCTION FLUSH"),
    FUNCTION_LIST("function|list", false, "FUNCTION LIST"),
    MODULE_LIST("module|list", false, "MODULE LIST"),
    SLOWLOG_GET("slowlog|get", false, "SLOWLOG GET"),
    TIME("time", false, "TIME"),
    ACL_LIST("acl|list", false, "ACL LIST"),
    ACL_DRYRUN("acl|dryrun", false, "ACL DRYRUN user PING"),
    ACL_GETUSER("acl|getuser", false);

    /** Keys of any name are moved. */
    static final String KEYS = "~*";

    private final String token;
    private final boolean needed;
    private final String samples;

    Right(String token, boolean needed, String... samples) {
        this.token = token;
        this.needed = needed;
        this.samples = String.join("\n", samples);
    }

    /** {@code +config|get}. */
    String grant() {
        return "+" + token;
    }

    /** Whether a run cannot do without; the others are for preflight to look with. */
    boolean needed() {
        return needed;
    }

    /** Commands that only a user with this right may run, with arguments as ACL DRYRUN wants them. */
    List<List<String>> samples() {
        return samples.lines().map(words -> List.of(words.split(" "))).toList();
    }

    /** The command, and its subcommand where the right is for that one alone. */
    String token() {
        return token;
    }

    /** All of it, as the one line that grants it. */
    static String grants() {
        return KEYS + " -@all " + Arrays.stream(values()).map(Right::grant).collect(Collectors.joining(" "));
    }
}
