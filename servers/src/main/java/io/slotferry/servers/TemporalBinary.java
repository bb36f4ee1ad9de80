package io.slotferry.servers;

import io.temporal.testing.TemporalDevServer;
import io.temporal.testing.TemporalDevServerOptions;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The {@code temporal} program: on the PATH, in the cache folder, or fetched into that. */
final class TemporalBinary {
    static final String REMEDY = "To have the real one, put the Temporal CLI on the PATH "
            + "(https://docs.temporal.io/cli), or set TEMPORAL_ADDRESS to a server.";

    // The last version that go install can build: later ones have a replace directive in their go.mod.
    static final String GO_PACKAGE = "github.com/temporalio/cli/cmd/temporal@v1.5.1";
    private static final Duration BUILD_TIMEOUT = Duration.ofMinutes(20);

    private final Consumer<String> progress;
    private final Path cache;
    private final String searchPath;

    TemporalBinary(Consumer<String> progress) {
        this(progress, CacheFolder.create(), System.getenv("PATH"));
    }

    TemporalBinary(Consumer<String> progress, Path cache, String searchPath) {
        this.progress = progress;
        this.cache = cache;
        this.searchPath = searchPath == null ? "" : searchPath;
    }

    /** The first that can be had; what failed on the way is told to the listener. */
    Optional<Path> find() {
        Optional<Path> onPath = onPath("temporal");
        if (onPath.isPresent()) {
            return onPath;
        }
        Path cached = cache.resolve("bin").resolve("temporal");
        if (Files.isExecutable(cached)) {
            return Optional.of(cached);
        }
        try {
            Files.createDirectories(cached.getParent());
            return fetch(cached);
        } catch (IOException e) {
            progress.accept("The Temporal CLI could not be put into " + cache + ": " + e + ".");
            return Optional.empty();
        }
    }

    /** One JVM at a time fetches; the others wait for it and use what it fetched. */
    private Optional<Path> fetch(Path cached) throws IOException {
        try (FileChannel channel = FileChannel.open(
                        cache.resolve("temporal.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (Files.isExecutable(cached) || download(cached) || build(cached)) {
                return Optional.of(cached);
            }
            return Optional.empty();
        }
    }

    /** The SDK downloads for the server that it starts: one is started for a moment, which also shows that it runs. */
    private boolean download(Path cached) throws IOException {
        progress.accept("Downloading the Temporal CLI.");
        Path downloads = Files.createTempDirectory(cache, "temporal-download-");
        try (WorkFolder folder = WorkFolder.temporary(downloads)) {
            TemporalDevServer.start(TemporalDevServerOptions.newBuilder()
                            .setDownloadDestination(folder.path().toString())
                            .setUiEnabled(false)
                            .setLogLevel("error")
                            .setLogFile(folder.path().resolve("log").toString())
                            .build())
                    .close();
            try (Stream<Path> files = Files.walk(folder.path())) {
                Optional<Path> binary = files.filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                        .findFirst();
                if (binary.isPresent()) {
                    moveIntoPlace(binary.get(), cached);
                    return true;
                }
            }
            progress.accept("The download held no program.");
        } catch (RuntimeException e) {
            progress.accept("The Temporal CLI could not be downloaded (" + rootOf(e) + ").");
        }
        return false;
    }

    private boolean build(Path cached) throws IOException {
        Optional<Path> go = onPath("go");
        if (go.isEmpty()) {
            progress.accept("There is no go on the PATH to build the Temporal CLI with.");
            return false;
        }
        progress.accept("Building the Temporal CLI with go install, once; this takes some minutes.");
        try (WorkFolder folder = WorkFolder.temporary(Files.createTempDirectory(cache, "temporal-build-"))) {
            GuardedProcess build = GuardedProcess.start(
                    List.of(go.get().toString(), "install", GO_PACKAGE),
                    Map.of("GOBIN", folder.path().toString()),
                    folder.path(),
                    folder.path().resolve("log"));
            boolean ended = build.hasEndedWithin(BUILD_TIMEOUT);
            Path binary = folder.path().resolve("temporal");
            if (ended && build.exitCode() == 0 && Files.isExecutable(binary)) {
                moveIntoPlace(binary, cached);
                return true;
            }
            build.kill();
            progress.accept(
                    "go install " + GO_PACKAGE + (ended ? " failed:\n" : " did not end in time:\n") + build.logTail(5));
            return false;
        }
    }

    private static void moveIntoPlace(Path binary, Path cached) throws IOException {
        Files.move(binary, cached, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Optional<Path> onPath(String program) {
        return Stream.of(searchPath.split(File.pathSeparator, -1))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder).resolve(program).toAbsolutePath())
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    private static Throwable rootOf(Throwable e) {
        return e.getCause() == null || e.getCause() == e ? e : rootOf(e.getCause());
    }
}
