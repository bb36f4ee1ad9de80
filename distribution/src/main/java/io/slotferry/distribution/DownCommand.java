package io.slotferry.distribution;

import io.slotferry.servers.BackgroundProcess;
import io.slotferry.starter.ExitCode;
import io.slotferry.starter.Voice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Stops what {@code slotferry up} started. */
@Command(
        name = "down",
        sortOptions = false,
        description = {
            "Stops what slotferry up started on this machine: the worker, which first ends the batch in hand at a slot "
                    + "boundary, then Temporal. Runs are kept, and go on after the next slotferry up.",
            "A process is stopped only where it is the very one that was started."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing of it runs any more",
            "2:the options are wrong",
            "8:what was started cannot be read, or did not end"
        })
final class DownCommand implements Callable<Integer> {
    /** The worker's own patience with a batch is a minute, and a little more for its connections. */
    private static final Duration WORKER_PATIENCE = Duration.ofSeconds(90);

    private static final Duration TEMPORAL_PATIENCE = Duration.ofSeconds(30);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    @Option(
            names = "--json",
            description = "one JSON object on standard output; text for people goes to standard error")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final DataFolder folder;

    DownCommand() {
        this(System.getenv());
    }

    DownCommand(Map<String, String> environment) {
        this.folder = DataFolder.of(environment);
    }

    @Override
    public Integer call() {
        Voice voice = new Voice(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
        try (FileChannel lock = folder.lock()) {
            Background now = folder.read();
            Map<String, Object> told = new LinkedHashMap<>();
            String worker = stop(now.worker().map(Background.Worker::process), WORKER_PATIENCE);
            voice.say("worker    " + worker);
            told.put("worker", worker);
            String temporal = stop(now.temporal().map(Background.Server::process), TEMPORAL_PATIENCE);
            voice.say("temporal  " + temporal
                    + (now.temporal().isPresent()
                            ? "; runs are kept in " + folder.files().database()
                            : ""));
            told.put("temporal", temporal);
            voice.event("down", told);
            return ExitCode.OK.code();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String stop(Optional<BackgroundProcess> process, Duration patience) {
        if (process.filter(BackgroundProcess::runs).isEmpty()) {
            return "not running";
        }
        return process.get().stop(patience) ? "stopped" : "killed: it did not end in " + patience.toSeconds() + " s";
    }
}
