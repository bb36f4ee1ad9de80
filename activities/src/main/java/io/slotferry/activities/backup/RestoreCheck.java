package io.slotferry.activities.backup;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.servers.RdbLoader;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.ServerStartException;
import io.slotferry.workflows.contract.Backup.Loaded;
import io.slotferry.workflows.contract.Backup.Part;
import io.slotferry.workflows.contract.FailureKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The second proof of a file: a real server loads it, as it lies in the store, and finds the keys that it should hold. */
final class RestoreCheck {
    private final BackupFiles files;
    private final List<ServerBinary> servers;
    private final Runnable goOn;

    /**
     * A check.
     *
     * @param servers that are on this worker
     * @param goOn asked while a server loads; ends the check by an exception
     */
    RestoreCheck(BackupFiles files, List<ServerBinary> servers, Runnable goOn) {
        this.files = files;
        this.servers = List.copyOf(servers);
        this.goOn = goOn;
    }

    /** The one that is configured, then all others on this machine. */
    static List<ServerBinary> servers() {
        return Stream.concat(configured().stream(), ServerBinary.all().stream())
                .distinct()
                .toList();
    }

    private static Optional<ServerBinary> configured() {
        try {
            return Optional.of(ServerBinary.find());
        } catch (ServerStartException e) {
            return Optional.empty();
        }
    }

    /**
     * The same part, with what the server found.
     *
     * @throws Halted of kind RESTORE_CHECK_FAILED
     */
    Part prove(Part part) {
        ServerBinary server = fit(part);
        Path folder = temporary();
        try {
            Path file = files.store().local(files.name(part.file())).orElseGet(() -> fetched(part, folder));
            RdbLoader.Loaded loaded = RdbLoader.load(server, file, folder, goOn);
            long keys = loaded.loaded().orElseGet(() -> loaded.keys().values().stream()
                    .mapToLong(Long::longValue)
                    .sum());
            refuseOtherKeys(part, server, loaded, keys);
            return part.loadedAs(new Loaded(server.toString(), keys, loaded.expired()));
        } catch (ServerStartException e) {
            throw failed(part, List.of(e.getMessage()), "see what the server says of it");
        } finally {
            delete(folder);
        }
    }

    /** A server reads what its own and earlier versions of its engine wrote. */
    private ServerBinary fit(Part part) {
        String[] wrote = part.rdb().server().orElse("").split("[ .]");
        return servers.stream()
                .filter(server -> wrote.length > 2
                        && server.engine().word().equals(wrote[0])
                        && server.isAtLeast(Integer.parseInt(wrote[1]), Integer.parseInt(wrote[2])))
                .findFirst()
                .orElseThrow(() -> failed(
                        part,
                        List.of(
                                "it was written by " + part.rdb().server().orElse("a server that does not say which"),
                                "servers on this worker: " + servers),
                        "put a server of that engine, of that version or a later one, on the worker's PATH, or name it in"
                                + " SLOTFERRY_SERVER; or leave backupOptions.restoreCheck out"));
    }

    /** Where only one database has keys, the file's own count is that of all. */
    private static void refuseOtherKeys(Part part, ServerBinary server, RdbLoader.Loaded loaded, long keys) {
        Optional<Long> announced = part.rdb().firstDatabaseKeys();
        if (announced.isEmpty()) {
            return;
        }
        long found = keys + loaded.expired().orElse(0L);
        boolean several = loaded.keys().size() > 1;
        boolean tooFew = loaded.expired().isPresent() && found < announced.get();
        if (tooFew || (!several && found > announced.get())) {
            throw failed(
                    part,
                    List.of(
                            server + " loaded " + keys + " keys"
                                    + loaded.expired()
                                            .map(expired -> ", and " + expired + " had expired")
                                            .orElse(""),
                            "the file announces " + announced.get()),
                    "see the log of the node that wrote it");
        }
    }

    private Path fetched(Part part, Path folder) {
        Path file = folder.resolve("dump.rdb");
        try (InputStream content = files.store().read(files.name(part.file()))) {
            Files.copy(content, file);
            return file;
        } catch (IOException e) {
            throw failed(part, List.of("fetching it: " + e), "make room in the worker's folder for temporary files");
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("slotferry-restore-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Halted failed(Part part, List<String> evidence, String next) {
        return new Halted(
                FailureKind.RESTORE_CHECK_FAILED,
                part.file() + " was not loaded by a server as its manifest says; nothing was touched.",
                evidence,
                next + "; then start again");
    }
}
