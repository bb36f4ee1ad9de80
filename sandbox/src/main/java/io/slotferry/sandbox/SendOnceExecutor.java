package io.slotferry.sandbox;

import java.time.Duration;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.StaticCommandFlagsRegistry;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.executors.ClusterCommandExecutor;
import redis.clients.jedis.providers.ClusterConnectionProvider;

/**
 * Follows redirections as every cluster client does, but never sends a command again whose connection broke: it may have
 * been executed, or may yet be, and would then overwrite a later write.
 */
final class SendOnceExecutor extends ClusterCommandExecutor {
    private static final int ATTEMPTS = 16;

    SendOnceExecutor(ClusterConnectionProvider provider, Duration patience) {
        super(provider, ATTEMPTS, patience, StaticCommandFlagsRegistry.registry());
    }

    @Override
    protected <T> T execute(Connection connection, CommandObject<T> command) {
        try {
            return super.execute(connection, command);
        } catch (JedisConnectionException e) {
            throw new Unanswered(e);
        }
    }

    /** The command was sent and not answered: whether it was executed is not known. */
    static final class Unanswered extends JedisException {
        Unanswered(JedisConnectionException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
