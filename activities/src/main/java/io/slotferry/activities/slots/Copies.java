package io.slotferry.activities.slots;

import io.slotferry.activities.redis.ChangingNode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Compares the copies of a key that both ends of an open slot hold. Dumps that are equal are; where they are not, the elements
 * of a collection are compared whatever order either server keeps them in. One copy at a time is held in memory.
 */
final class Copies {
    private final ChangingNode source;
    private final ChangingNode target;
    private final int database;
    private final byte[] key;

    Copies(ChangingNode source, ChangingNode target, int database, byte[] key) {
        this.source = source;
        this.target = target;
        this.database = database;
        this.key = key;
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by its digest, which is what it holds
    private record Dump(byte[] digest, int bytes) {
        static Dump of(byte[] dump) {
            try {
                return new Dump(MessageDigest.getInstance("SHA-256").digest(dump), dump.length);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }
    }

    /** For a person; empty where they hold the same, or one of them is gone meanwhile. */
    Optional<String> difference() {
        Optional<Dump> onSource = source.dump(database, key, false).map(Dump::of);
        Optional<Dump> onTarget = target.dump(database, key, true).map(Dump::of);
        if (onSource.isEmpty()
                || onTarget.isEmpty()
                || Arrays.equals(onSource.get().digest(), onTarget.get().digest())
                || holdTheSame()) {
            return Optional.empty();
        }
        return Optional.of("DUMP on the source has " + onSource.get().bytes() + " bytes, on the target "
                + onTarget.get().bytes());
    }

    private boolean holdTheSame() {
        Optional<byte[]> onSource = source.contents(database, key, false);
        return onSource.isPresent()
                && target.contents(database, key, true)
                        .filter(onTarget -> Arrays.equals(onTarget, onSource.get()))
                        .isPresent();
    }
}
