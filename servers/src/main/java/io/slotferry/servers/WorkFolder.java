package io.slotferry.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.stream.Stream;

/** A folder for the files of servers: a given one, which stays, or a temporary one, which closing deletes. */
final class WorkFolder implements AutoCloseable {
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
        try (Stream<Path> paths = Files.walk(path)) {
            for (Path each : paths.sorted(Collections.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
