package io.slotferry.activities.redis;

import io.slotferry.activities.credentials.Credential;
import io.slotferry.planning.NodeAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One connection: sends commands together, reads every answer, maps errors. Jedis would connect again by itself where a
 * connection broke; a mover must not, since what the old connection had sent may still run, so this one stays dead. Only
 * one for looking, that waited for its next use, is made anew where the node closed it meanwhile ({@link #mayBeGone}).
 */
final class RespConnection implements AutoCloseable {
    private final NodeAddress address;
    private final Optional<Credential> credential;
    private final String credentialHint;
    private final Duration limit;
    private Connection connection;
    private boolean dead;
    private boolean mayBeGone;

    /**
     * Connects and authenticates.
     *
     * @param limit for connecting and for each answer
     * @param credentialHint what to do where the credential is refused or missing
     */
    RespConnection(NodeAddress address, Optional<Credential> credential, Duration limit, String credentialHint) {
        this.address = address;
        this.credential = credential;
        this.credentialHint = credentialHint;
        this.limit = limit;
        this.connection = connect();
        credential.ifPresent(this::authenticate);
    }

    /** It waited for its next use: should the node have closed it meanwhile, the next commands go over another one. */
    void mayBeGone() {
        mayBeGone = true;
    }

    /** Whether it can be used again. */
    boolean alive() {
        return !dead;
    }

    private Connection connect() {
        int millis = Math.toIntExact(limit.toMillis());
        try {
            return new Connection(
                    new HostAndPort(address.host(), address.port()),
                    DefaultJedisClientConfig.builder()
                            // No HELLO: before AUTH it would be refused.
                            .serverDefaultProtocol()
                            .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                            .connectionTimeoutMillis(Math.min(millis, 3_000))
                            .socketTimeoutMillis(millis)
                            .build());
        } catch (JedisException e) {
            throw new NodeFailure.Unreachable(address, "connecting", e);
        }
    }

    private void authenticate(Credential secret) {
        List<Object> parts = new ArrayList<>();
        secret.username().ifPresent(parts::add);
        parts.add(secret.password());
        Object reply = pipeline(List.of(command("AUTH", parts.toArray()))).get(0);
        if (reply instanceof JedisDataException e) {
            close();
            throw new NodeFailure.CredentialRefused(address, e.getMessage(), credentialHint);
        }
    }

    NodeAddress address() {
        return address;
    }

    Optional<Credential> credential() {
        return credential;
    }

    /** Arguments may be text, bytes and numbers. */
    static CommandArguments command(String name, Object... arguments) {
        return new CommandArguments(named(name)).addObjects(arguments);
    }

    static ProtocolCommand named(String name) {
        byte[] raw = name.getBytes(StandardCharsets.UTF_8);
        return () -> raw;
    }

    /** Sends all, then reads all answers; a node's error is an element ({@link JedisDataException}), not thrown. */
    List<Object> pipeline(List<CommandArguments> commands) {
        if (dead) {
            throw new NodeFailure.Unreachable(
                    address, "the connection failed before", new IllegalStateException("connection is closed"));
        }
        boolean answered = false;
        try {
            List<Object> answers = answers(commands);
            answered = true;
            answers.forEach(this::rejectUnfitState);
            return answers;
        } catch (JedisConnectionException e) {
            throw new NodeFailure.Unreachable(address, describe(commands), e);
        } finally {
            if (!answered) {
                close();
            }
        }
    }

    private List<Object> answers(List<CommandArguments> commands) {
        boolean waited = mayBeGone;
        mayBeGone = false;
        try {
            commands.forEach(connection::sendCommand);
            return connection.getMany(commands.size());
        } catch (JedisConnectionException e) {
            if (!waited || e.getCause() instanceof SocketTimeoutException) {
                throw e;
            }
            connection.close();
            connection = connect();
            credential.ifPresent(this::authenticate);
            commands.forEach(connection::sendCommand);
            return connection.getMany(commands.size());
        }
    }

    /** One command, whose error is thrown. */
    Object call(CommandArguments command) {
        return value(command, pipeline(List.of(command)).get(0));
    }

    /** The answer, or the error thrown. */
    Object value(CommandArguments command, Object answer) {
        if (answer instanceof JedisDataException e) {
            throw new NodeFailure.Refused(address, name(command), e.getMessage());
        }
        return answer;
    }

    static String text(Object answer) {
        return answer == null ? "" : new String((byte[]) answer, StandardCharsets.UTF_8);
    }

    private void rejectUnfitState(Object answer) {
        if (!(answer instanceof JedisDataException e) || e.getMessage() == null) {
            return;
        }
        String message = e.getMessage();
        if (message.startsWith("NOAUTH") || message.startsWith("WRONGPASS")) {
            throw new NodeFailure.CredentialRefused(address, message, credentialHint);
        }
        if (message.startsWith("LOADING")) {
            throw new NodeFailure.Unreachable(address, "it is loading its data", e);
        }
    }

    private static String describe(List<CommandArguments> commands) {
        return name(commands.get(0)) + (commands.size() > 1 ? " and " + (commands.size() - 1) + " more" : "");
    }

    /** The command with its first word of arguments at most: enough to know it by, and never a secret or a key. */
    private static String name(CommandArguments command) {
        String first = new String(command.getCommand().getRaw(), StandardCharsets.UTF_8);
        boolean container = List.of("CLUSTER", "CONFIG", "CLIENT", "FUNCTION", "ACL", "MODULE", "SLOWLOG")
                .contains(first);
        return container && command.size() > 1
                ? first + " " + new String(command.get(1).getRaw(), StandardCharsets.UTF_8)
                : first;
    }

    @Override
    public void close() {
        dead = true;
        try {
            connection.close();
        } catch (JedisException e) {
            // It is gone either way.
        }
    }
}
