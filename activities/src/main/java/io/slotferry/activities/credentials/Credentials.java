package io.slotferry.activities.credentials;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Finds the credential behind a name, on this worker alone. */
@FunctionalInterface
public interface Credentials {

    /**
     * The credential of that name; read anew at every call, so that a rotated secret is picked up.
     *
     * @throws UncheckedIOException where a file is there and cannot be read
     */
    Optional<Credential> find(String name);

    /** For the message when a name is not found: where one could be put. */
    default String hint(String name) {
        return "set " + variable(name, "PASSWORD") + " (and " + variable(name, "USERNAME")
                + ") in the worker's environment and start it again, or put the files " + name + "/password (and "
                + name
                + "/username) into the directory that its SLOTFERRY_CREDENTIALS_DIR names";
    }

    /** Knows no credential at all. */
    static Credentials none() {
        return name -> Optional.empty();
    }

    /**
     * Looks in the environment ({@code SLOTFERRY_CREDENTIALS_<NAME>_PASSWORD} and {@code _USERNAME}), then in files such as
     * mounted secrets ({@code <directory>/<name>/password} and {@code /username}; a line end after the value is ignored).
     */
    static Credentials fromEnvironment(Map<String, String> environment, Optional<Path> directory) {
        return name -> {
            String password = environment.get(variable(name, "PASSWORD"));
            if (password != null) {
                return Optional.of(
                        new Credential(Optional.ofNullable(environment.get(variable(name, "USERNAME"))), password));
            }
            return directory.flatMap(folder -> read(folder.resolve(name).resolve("password"))
                    .map(secret -> new Credential(read(folder.resolve(name).resolve("username")), secret)));
        };
    }

    private static String variable(String name, String what) {
        return "SLOTFERRY_CREDENTIALS_" + name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + "_" + what;
    }

    private static Optional<String> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(file).stripTrailing());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
