package io.slotferry.distribution;

import io.slotferry.starter.ExitCode;
import io.slotferry.starter.Voice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what the processes of {@code slotferry up} have logged. */
@Command(
        name = "logs",
        sortOptions = false,
        description = "Shows the end of what the worker and the Temporal server of slotferry up have logged.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it was shown",
            "2:the options are wrong",
            "9:there is no such log",
            "130:interrupted by Ctrl-C"
        })
final class LogsCommand implements Callable<Integer> {
    private static final long INTERVAL_MILLIS = 250;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    @Option(names = "--json", description = "one JSON object a line: {\"event\": \"log\", \"of\": …, \"line\": …}")
    private boolean json;

    @Option(
            names = {"-f", "--follow"},
            description = "go on with what is logged from now on, until Ctrl-C")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "how many lines of the end; default: 40")
    private int lines = 40;

    @Parameters(arity = "0..1", paramLabel = "OF", description = "temporal or worker; default: both")
    private String of;

    @Spec
    private CommandSpec spec;

    private final Background.Files files;

    LogsCommand() {
        this(System.getenv());
    }

    LogsCommand(Map<String, String> environment) {
        this.files = DataFolder.of(environment).files();
    }

    @Override
    public Integer call() throws IOException {
        Voice voice = new Voice(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
        if (of != null && !files.logs().containsKey(of)) {
            throw new ParameterException(spec.commandLine(), "There is no log of \"" + of + "\": temporal, or worker");
        }
        List<LogTail> tails = new ArrayList<>();
        for (Map.Entry<String, Path> each : files.logs().entrySet()) {
            if ((of == null || of.equals(each.getKey())) && Files.exists(each.getValue())) {
                tails.add(new LogTail(each.getKey(), each.getValue()));
            }
        }
        if (tails.isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println("Error: There is no log in " + files.folder() + ".\nNext: slotferry up");
            return ExitCode.NOT_FOUND.code();
        }
        boolean named = tails.size() > 1;
        for (LogTail tail : tails) {
            tail.last(lines).forEach(line -> show(voice, tail, line, named));
        }
        while (follow) {
            try {
                Thread.sleep(INTERVAL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return ExitCode.INTERRUPTED.code();
            }
            for (LogTail tail : tails) {
                tail.more().forEach(line -> show(voice, tail, line, named));
            }
        }
        return ExitCode.OK.code();
    }

    private void show(Voice voice, LogTail tail, String line, boolean named) {
        if (json) {
            voice.event("log", Map.of("of", tail.name(), "line", line));
        } else {
            voice.say((named ? tail.name() + " | " : "") + line);
        }
    }
}
