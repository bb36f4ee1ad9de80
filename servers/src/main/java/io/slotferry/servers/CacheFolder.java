package io.slotferry.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where binaries and locks are kept between runs: {@code $XDG_CACHE_HOME/slotferry}, else {@code ~/.cache/slotferry}. */
final class CacheFolder {
    private CacheFolder() {}

    /** The user's cache for all programs, by the XDG Base Directory Specification. */
    static Path ofUser() {
        String configured = System.getenv("XDG_CACHE_HOME");
        // The specification has relative paths ignored.
        if (configured != null && Path.of(configured).isAbsolute()) {
            return Path.of(configured);
        }
        return Path.of(System.getProperty("user.home"), ".cache");
    }

    /** slotferry's own cache folder, created when it is not there. */
    static Path create() {
        Path folder = ofUser().resolve("slotferry");
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ServerStartException(
                    "The cache folder " + folder + " cannot be created (" + e
                            + "). Point XDG_CACHE_HOME to a folder that can be written.",
                    e);
        }
    }
}
