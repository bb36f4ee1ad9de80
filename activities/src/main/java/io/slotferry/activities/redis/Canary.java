package io.slotferry.activities.redis;

import io.slotferry.activities.credentials.Credential;
import io.slotferry.planning.NodeAddress;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A key that shows whether an application's cluster client can write to a slot, and read what it wrote. */
final class Canary {
    private static final long LIFE_MILLIS = 60_000;

    private Canary() {}

    /** What went wrong, for a person; empty where the key was written, read back and deleted. */
    static Optional<String> fly(Collection<NodeAddress> seeds, Optional<Credential> credential, int slot) {
        DefaultJedisClientConfig.Builder config =
                DefaultJedisClientConfig.builder().serverDefaultProtocol().timeoutMillis(5_000);
        credential.ifPresent(
                secret -> config.user(secret.username().orElse(null)).password(secret.password()));
        String key = keyIn(slot);
        try (RedisClusterClient client = RedisClusterClient.builder()
                .nodes(seeds.stream()
                        .map(seed -> new HostAndPort(seed.host(), seed.port()))
                        .collect(Collectors.toSet()))
                .clientConfig(config.build())
                .build()) {
            String value = UUID.randomUUID().toString();
            String set = client.set(key, value, SetParams.setParams().nx().px(LIFE_MILLIS));
            String read = client.get(key);
            client.del(key);
            return "OK".equals(set) && value.equals(read)
                    ? Optional.empty()
                    : Optional.of("key " + key + " was written (" + set + ") and read back as " + read);
        } catch (JedisException e) {
            return Optional.of("key " + key + ": " + e.getMessage());
        }
    }

    /** A name that nobody else has, in this slot. */
    private static String keyIn(int slot) {
        String once = UUID.randomUUID().toString();
        for (int i = 0; ; i++) {
            String key = "slotferry:canary:{" + once + "-" + i + "}";
            if (JedisClusterCRC16.getSlot(key) == slot) {
                return key;
            }
        }
    }
}
