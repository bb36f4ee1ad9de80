package io.slotferry.starter;

import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.Names;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command that talks to Temporal shares: the connection, the way to speak, and how it ends. */
@Command(
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "",
            "Temporal is found by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS* or a profile in "
                    + "temporal.toml; without any of them at 127.0.0.1:7233, namespace default."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:balanced and valid, nothing to do, or answered",
            "2:the options or the request are wrong; nothing was touched",
            "3:preflight, plan, approval, another run or the run's state stand against it",
            "4:halted in place, the cluster whole and serving: it waits for you",
            "5:stopped by your word, or rolled back; the cluster whole and serving",
            "6:Temporal cannot be reached",
            "7:no worker answers",
            "8:the run failed or was terminated",
            "9:there is no run of that name",
            "130:interrupted by Ctrl-C; the run goes on"
        })
abstract class TemporalCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    @Option(
            names = "--json",
            description = "one JSON object a line on standard output; text for people goes to standard error")
    private boolean json;

    @Option(
            names = "--ui-url",
            paramLabel = "URL",
            description = "the Temporal Web UI, for links; default: TEMPORAL_UI_URL")
    private String uiUrl;

    @Option(
            names = "--task-queue",
            paramLabel = "NAME",
            description = "the workers' task queue; default: ${DEFAULT-VALUE}")
    private String taskQueue = Names.TASK_QUEUE;

    @Spec
    private CommandSpec spec;

    private final Surroundings surroundings;
    private Voice voice;

    TemporalCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Does the work, once Temporal answers. */
    abstract ExitCode run(Connection temporal);

    /** Reads and judges what was given, before anything is sent. */
    void prepare() {}

    @Override
    public final Integer call() {
        Logging.configure(surroundings.environment());
        voice = new Voice(spec.commandLine().getOut(), spec.commandLine().getErr(), json, quiet());
        try {
            prepare();
            try (Connection temporal = connect(surroundings.environment(), ui())) {
                return runOn(temporal).code();
            }
        } catch (CommandException e) {
            return end(e).code();
        }
    }

    /** Whether how it goes meanwhile is left untold. */
    boolean quiet() {
        return false;
    }

    /** The connection to work on; one that was found to answer. */
    Connection connect(Map<String, String> environment, String ui) {
        return Connection.open(environment, ui);
    }

    private ExitCode runOn(Connection temporal) {
        try {
            return run(temporal);
        } catch (StatusRuntimeException e) {
            throw temporal.unreachable(e);
        }
    }

    private ExitCode end(CommandException e) {
        voice.event(
                "error",
                Map.of("exit", e.exit(), "code", e.exit().code(), "message", e.getMessage(), "next", e.next()));
        Style style = Style.of(surroundings.colour());
        spec.commandLine().getErr().println(style.bad("Error: ") + e.getMessage());
        if (!e.next().isEmpty()) {
            spec.commandLine().getErr().println("Next: " + e.next());
        }
        spec.commandLine().getErr().flush();
        return e.exit();
    }

    private String ui() {
        return uiUrl != null ? uiUrl : surroundings.environment().getOrDefault("TEMPORAL_UI_URL", "");
    }

    String taskQueue() {
        return taskQueue;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    Voice voice() {
        return voice;
    }
}
