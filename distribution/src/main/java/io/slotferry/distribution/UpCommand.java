package io.slotferry.distribution;

import io.slotferry.servers.BackgroundProcess;
import io.slotferry.servers.BackgroundTemporal;
import io.slotferry.servers.ServerStartException;
import io.slotferry.starter.ExitCode;
import io.slotferry.starter.Voice;
import io.slotferry.starter.WebUi;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.profile.BadProfile;
import io.slotferry.workflows.profile.TemporalProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts in the background what a run needs of this machine. */
@Command(
        name = "up",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Starts in the background of this machine what a run needs and is not there yet: a Temporal server with its Web "
                    + "UI, on 127.0.0.1, and a worker. Done again, it starts what has ended.",
            "Where TEMPORAL_ADDRESS or a profile in temporal.toml names a server, that one is used, and a worker alone is "
                    + "started. The worker knows the credentials of this command's environment.",
            "All runs are kept in the user's data folder, slotferry/temporal.db below XDG_DATA_HOME or ~/.local/share."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all of it runs",
            "2:the options or Temporal's configuration are wrong",
            "8:something could not be started: what and why is printed"
        })
final class UpCommand implements Callable<Integer> {
    private static final int PORT = 7233;
    private static final int UI_PORT = 8233;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    @Option(
            names = "--json",
            description = "one JSON object on standard output; text for people goes to standard error")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "do not tell what is being fetched and started")
    private boolean quiet;

    @Option(names = "--port", paramLabel = "N", description = "Temporal's port; default: 7233")
    private int port = PORT;

    @Option(names = "--ui-port", paramLabel = "N", description = "the Web UI's port; default: 8233")
    private int uiPort = UI_PORT;

    @Option(
            names = "--task-queue",
            paramLabel = "NAME",
            description = "the worker's task queue; default: ${DEFAULT-VALUE}")
    private String taskQueue = Names.TASK_QUEUE;

    @Option(
            names = "--credentials-dir",
            paramLabel = "DIR",
            description = "the worker's folder of credentials; default: SLOTFERRY_CREDENTIALS_DIR")
    private Path credentials;

    @Spec
    private CommandSpec spec;

    private final Map<String, String> environment;
    private final DataFolder folder;
    private Voice voice;

    UpCommand() {
        this(System.getenv());
    }

    UpCommand(Map<String, String> environment) {
        this.environment = environment;
        this.folder = DataFolder.of(environment);
    }

    @Override
    public Integer call() {
        voice = new Voice(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
        try (FileChannel lock = folder.lock()) {
            TemporalProfile profile = TemporalProfile.read(environment);
            Background before = folder.read();
            Optional<String> elsewhere = profile.address().filter(address -> before.temporal()
                    .filter(server -> server.address().equals(address))
                    .isEmpty());
            String namespace = profile.namespace().orElse("default");
            start(before, elsewhere, namespace);
            return ExitCode.OK.code();
        } catch (BackgroundTemporal.PortBusy e) {
            return failed(e.getMessage() + busy(e.port()));
        } catch (ServerStartException e) {
            return failed(e.getMessage());
        } catch (BadProfile e) {
            return ended(ExitCode.BAD_REQUEST, e.getMessage() + "\nNext: " + e.next());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start(Background before, Optional<String> elsewhere, String namespace) {
        Map<String, Object> told = new LinkedHashMap<>();
        Background now = before;
        Map<String, String> leading = Map.of();
        String address = elsewhere.orElse("");
        if (elsewhere.isPresent()) {
            voice.say("temporal  " + address + ", as your configuration says; none is started here");
            told.put("temporal", Map.of("state", "configured", "address", address, "namespace", namespace));
        } else {
            boolean running = before.runningTemporal().isPresent();
            Background.Server server = before.runningTemporal().orElseGet(() -> startTemporal(namespace));
            now = now.with(server);
            folder.write(now);
            tell(server, running, told);
            leading = BackgroundWorker.leadingTo(server, folder.files());
            address = server.address();
        }
        worker(
                now,
                leading,
                address,
                elsewhere.isPresent() ? namespace : now.temporal().orElseThrow().namespace(),
                told);
        voice.event("up", told);
    }

    private Background.Server startTemporal(String namespace) {
        progress("Starting Temporal ...");
        Map<String, String> attributes = new LinkedHashMap<>();
        Names.SEARCH_ATTRIBUTES.forEach(name -> attributes.put(name, "Keyword"));
        BackgroundTemporal.Place place =
                new BackgroundTemporal.Place(folder.files().folder(), port, uiPort, namespace, attributes);
        BackgroundProcess process = BackgroundTemporal.start(place, this::progress);
        return new Background.Server(process, place.address(), namespace, place.uiUrl());
    }

    private void tell(Background.Server server, boolean running, Map<String, Object> told) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("state", running ? "running" : "started");
        fields.put("address", server.address());
        fields.put("namespace", server.namespace());
        fields.put("uiUrl", server.uiUrl());
        fields.put("pid", server.process().pid());
        fields.put("log", folder.files().temporalLog().toString());
        fields.put("database", folder.files().database().toString());
        String form = new WebUi(server.uiUrl(), server.namespace()).form(Optional.empty(), taskQueue);
        fields.put("form", form);
        told.put("temporal", fields);
        voice.say("temporal  " + server.address() + (running ? ", was running" : ", started") + " (process "
                + server.process().pid() + "), runs are kept in "
                + folder.files().database());
        voice.say("web ui    " + server.uiUrl());
        voice.say("          starts a run: " + form);
        if (!server.address().endsWith(":" + PORT)) {
            voice.say("          commands find it by: export TEMPORAL_ADDRESS=" + server.address());
        }
        voice.say("          links to it: export TEMPORAL_UI_URL=" + server.uiUrl());
    }

    private void worker(
            Background now, Map<String, String> leading, String address, String namespace, Map<String, Object> told) {
        Optional<Background.Worker> polling = now.runningWorker();
        if (polling.filter(worker -> !worker.address().equals(address)
                        || !worker.namespace().equals(namespace)
                        || !worker.taskQueue().equals(taskQueue))
                .isPresent()) {
            Background.Worker other = polling.get();
            throw new ServerStartException("A worker runs in the background already (process "
                    + other.process().pid() + "), for task queue \"" + other.taskQueue() + "\" in namespace \""
                    + other.namespace() + "\" at " + other.address() + ".\nNext: slotferry down, then slotferry up");
        }
        Background.Worker worker = polling.orElseGet(() -> {
            progress("Starting a worker ...");
            BackgroundProcess process =
                    new BackgroundWorker(folder.files(), taskQueue, Optional.ofNullable(credentials)).start(leading);
            return new Background.Worker(process, address, namespace, taskQueue);
        });
        folder.write(now.with(worker));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("state", polling.isPresent() ? "running" : "started");
        fields.put("taskQueue", taskQueue);
        fields.put("pid", worker.process().pid());
        fields.put("log", folder.files().workerLog().toString());
        told.put("worker", fields);
        voice.say("worker    task queue " + taskQueue + (polling.isPresent() ? ", was running" : ", started")
                + " (process " + worker.process().pid() + ")");
        voice.say("They go on without this command. slotferry doctor looks at them, slotferry logs -f reads along, "
                + "slotferry down stops them.");
    }

    private void progress(String line) {
        if (!quiet) {
            voice.say(line);
        }
    }

    private String busy(int taken) {
        boolean ui = taken == uiPort;
        return "\nNext: who has it, ss -ltnp 'sport = :" + taken + "' (or lsof -i :" + taken + ") says. "
                + (ui
                        ? ""
                        : "If it is a Temporal server to work with: TEMPORAL_ADDRESS=127.0.0.1:" + taken
                                + " slotferry up. ")
                + "Else choose another: slotferry up " + (ui ? "--ui-port" : "--port") + " N";
    }

    private int failed(String message) {
        return ended(ExitCode.FAILED, message);
    }

    private int ended(ExitCode exit, String message) {
        voice.event("error", Map.of("exit", exit, "code", exit.code(), "message", message));
        spec.commandLine().getErr().println("Error: " + message);
        return exit.code();
    }
}
