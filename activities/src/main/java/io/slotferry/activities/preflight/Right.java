package io.slotferry.activities.preflight;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The rights that slotferry's user needs, in the words of ACL SETUSER, each with commands that show whether it has them. The
 * one list: docs/CREDENTIALS.md prints it.
 */
enum Right {
    SELECT("select", Need.RUN, "SELECT 0"),
    MULTI("multi", Need.RUN, "MULTI"),
    EXEC("exec", Need.RUN, "EXEC"),
    ASKING("asking", Need.RUN, "ASKING"),
    INFO("info", Need.RUN, "INFO"),
    DUMP("dump", Need.RUN, "DUMP slotferry"),
    MIGRATE("migrate", Need.RUN, "MIGRATE host 7000 slotferry 0 1000"),
    RESTORE_ASKING("restore-asking", Need.RUN, "RESTORE-ASKING slotferry 0 payload"),
    SET("set", Need.RUN, "SET slotferry value"),
    GET("get", Need.RUN, "GET slotferry"),
    DEL("del", Need.RUN, "DEL slotferry"),
    PING("ping", Need.RUN, "PING"),
    CLUSTER(
            "cluster",
            Need.RUN,
            "CLUSTER NODES",
            "CLUSTER MEET 10.0.0.1 7000",
            "CLUSTER REPLICATE id",
            "CLUSTER FORGET id",
            "CLUSTER RESET",
            "CLUSTER SETSLOT 0 STABLE",
            "CLUSTER COUNTKEYSINSLOT 0",
            "CLUSTER GETKEYSINSLOT 0 1"),
    MEMORY_USAGE("memory|usage", Need.RUN, "MEMORY USAGE slotferry"),
    SCAN("scan", Need.RUN, "SCAN 0"),
    TYPE("type", Need.RUN, "TYPE slotferry"),
    READONLY("readonly", Need.RUN, "READONLY"),
    CLIENT_SETNAME("client|setname", Need.RUN, "CLIENT SETNAME slotferry"),
    CLIENT_LIST("client|list", Need.RUN, "CLIENT LIST"),
    CLIENT_KILL("client|kill", Need.RUN, "CLIENT KILL ID 1"),
    CONFIG_GET("config|get", Need.RUN, "CONFIG GET parameter"),
    CONFIG_SET("config|set", Need.RUN, "CONFIG SET parameter value"),
    FUNCTION_LIST("function|list", Need.RUN, "FUNCTION LIST"),
    FUNCTION_DUMP("function|dump", Need.RUN, "FUNCTION DUMP"),
    FUNCTION_RESTORE("function|restore", Need.RUN, "FUNCTION RESTORE payload"),
    FUNCTION_FLUSH("function|flush", Need.RUN, "FUNCTION FLUSH"),
    REPLCONF("replconf", Need.BACKUP, "REPLCONF capa eof"),
    SYNC("sync", Need.BACKUP, "SYNC"),
    HGETALL("hgetall", Need.LOOK, "HGETALL slotferry"),
    SMEMBERS("smembers", Need.LOOK, "SMEMBERS slotferry"),
    ZRANGE("zrange", Need.LOOK, "ZRANGE slotferry 0 -1"),
    LRANGE("lrange", Need.LOOK, "LRANGE slotferry 0 -1"),
    MODULE_LIST("module|list", Need.LOOK, "MODULE LIST"),
    SLOWLOG_GET("slowlog|get", Need.LOOK, "SLOWLOG GET"),
    TIME("time", Need.LOOK, "TIME"),
    ACL_LIST("acl|list", Need.LOOK, "ACL LIST"),
    ACL_DRYRUN("acl|dryrun", Need.LOOK, "ACL DRYRUN user PING"),
    ACL_GETUSER("acl|getuser", Need.LOOK);

    /** Keys of any name are moved. */
    static final String KEYS = "~*";

    private final String token;
    private final Need need;
    private final String samples;

    Right(String token, Need need, String... samples) {
        this.token = token;
        this.need = need;
        this.samples = String.join("\n", samples);
    }

    /** {@code +config|get}. */
    String grant() {
        return "+" + token;
    }

    /** What cannot do without it. */
    Need need() {
        return need;
    }

    /** Who needs a right. */
    enum Need {
        /** Every run. */
        RUN,
        /** A run that makes a backup. */
        BACKUP,
        /** Preflight, which sees less without, or a batch, which halts on copies that it cannot compare. */
        LOOK
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
