package io.slotferry.servers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OsArchitecture;

/** The Redis 6.2 binary that the embedded-redis library carries, laid into the cache folder. */
final class EmbeddedRedis {
    private EmbeddedRedis() {}

    /**
     * Extracts the binary for this machine unless it is there already.
     *
     * @throws ServerStartException where the library has none for this machine
     */
    static Path extract() {
        OsArchitecture machine = OsArchitecture.detectOSandArchitecture();
        String resource = ExecutableProvider.newProvidedVersionsMap().get(machine);
        if (resource == null) {
            throw new ServerStartException("embedded-redis has no binary for " + machine.os + " on " + machine.arch
                    + ". Install redis-server or valkey-server, or name one in SLOTFERRY_SERVER.");
        }
        String name = Path.of(resource).getFileName().toString();
        Path binary = CacheFolder.create().resolve("embedded").resolve(name).resolve("redis-server");
        return Files.isExecutable(binary) ? binary : copy(resource, binary);
    }

    /** Renames into place, so that no other JVM ever sees half a binary, or one still open for writing. */
    private static Path copy(String resource, Path binary) {
        String absolute = resource.startsWith("/") ? resource : "/" + resource;
        try (InputStream in = ExecutableProvider.class.getResourceAsStream(absolute)) {
            if (in == null) {
                throw new ServerStartException("embedded-redis does not hold " + absolute
                        + ", which it lists for this machine. Name a server in SLOTFERRY_SERVER instead.");
            }
            Files.createDirectories(binary.getParent());
            Path part = Files.createTempFile(binary.getParent(), "redis-server", ".part");
            try {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
                Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
                return Files.move(part, binary, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new ServerStartException("The embedded Redis cannot be laid into " + binary + ": " + e, e);
        }
    }
}
