package io.slotferry.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A folder for the files of servers: a given one, which stays, or a temporary one, which closing deletes. */
final class WorkFolder implements AutoCloseable {
    private static final int ATTEMPTS = 50;
    private static final long BETWEEN_ATTEMPTS_NANOS = 100_000_000;

    private final Path path;
    private volatile boolean temporary;

    private WorkFolder(Path path, boolean temporary) {
        this.path = path;
        this.temporary = temporary;
    }

    /** The given folder, created when it is not there; a temporary one when that is null. */
    static WorkFolder create(Path given, String prefix) {
        try {
            return given == null
                    ? new WorkFolder(Files.createTempDirectory(prefix), true)
                    : new WorkFolder(Files.createDirectories(given).toAbsolutePath(), false);
        } catch (IOException e) {
            throw new ServerStartException("Cannot create the folder for the servers' files: " + e, e);
        }
    }

    /** A folder that is there already and that closing deletes. */
    static WorkFolder temporary(Path existing) {
        return new WorkFolder(existing, true);
    }

    Path path() {
        return path;
    }

    /** Closing will not delete it. */
    void keep() {
        temporary = false;
    }

    @Override
    public void close() {
        if (!temporary) {
            return;
        }
        for (int attempt = 1; ; attempt++) {
            try {
                delete();
                return;
            } catch (UncheckedIOException e) {
                // What a server forked is killed with it, and may write until the kernel has seen to that.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                LockSupport.parkNanos(BETWEEN_ATTEMPTS_NANOS);
            }
        }
    }

    private void delete() {
        if (Files.notExists(path)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(path)) {
            for (Path each : paths.sorted(Collections.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
