package io.slotferry.activities.redis;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What preflight reads of a node beside its view, through the node's own connection. Every method throws {@link NodeFailure};
 * what slotferry's user may not read is {@link NodeFailure.Refused}.
 */
public interface Particulars {
    /** INFO, every line {@code key:value}. */
    Map<String, String> facts();

    /** CLUSTER INFO, every line {@code key:value}. */
    Map<String, String> clusterFacts();

    /** INFO commandstats: what the node has done of what its clients asked for, since it started. */
    Work work();

    /** CONFIG GET *. Some values are secrets: compare them, never show them. */
    Map<String, String> config();

    /** ACL LIST: a digest of the rules by the user's name, since the rules hold hashes of passwords. */
    Map<String, String> aclUsers();

    /** MODULE LIST: the version by the module's name. */
    Map<String, String> modules();

    /** FUNCTION LIST WITHCODE: a digest of the code by the library's name; empty before Redis 7.0. */
    Map<String, String> functions();

    /** FUNCTION DUMP: all libraries, as FUNCTION RESTORE takes them. Refused by servers before Redis 7.0. */
    byte[] functionDump();

    /** TIME. */
    Instant time();

    /** CLIENT LIST, without this connection. */
    List<Client> clients();

    /** SLOWLOG GET, the newest ones. */
    List<SlowCommand> slowCommands();

    /** The ACL user as which this connection is logged in. */
    String user();

    /**
     * ACL DRYRUN of each command as this connection's user: empty where the user may run it, else what the node says.
     * Refused by servers before Redis 7.0.
     */
    List<Optional<String>> dryRun(List<List<String>> commands);

    /** ACL GETUSER: the rules on commands of this connection's user, and the key patterns, as the node words them. */
    UserRules rules();

    /**
     * Commands that read or write keys, those that move them and those of administration left out.
     *
     * @param micros that the node ran them
     */
    record Work(long calls, long micros) {}

    /**
     * A connection as CLIENT LIST shows it.
     *
     * @param flags one letter each: {@code r} is READONLY, {@code S} and {@code M} are replication links
     * @param outputBytes that wait to be read by the client (omem)
     * @param queryBytes of commands that are not complete (qbuf)
     */
    record Client(long id, String address, String name, String flags, long outputBytes, long queryBytes) {}

    /**
     * An entry of the slow log.
     *
     * @param command its first word alone: arguments may be anybody's data
     * @param micros how long it ran
     */
    record SlowCommand(Instant at, long micros, String command) {}

    /** For example {@code -@all +get} and {@code ~*}. */
    record UserRules(String commands, String keys) {}
}
