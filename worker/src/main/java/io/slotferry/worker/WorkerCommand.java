package io.slotferry.worker;

import io.grpc.StatusRuntimeException;
import io.slotferry.activities.recording.SearchAttributes;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.profile.BadProfile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The worker's main program: polls until it is told to stop. */
@Command(
        name = "worker",
        abbreviateSynopsis = true,
        description = {
            "Does the work of expansions: polls Temporal's task queue until SIGTERM or Ctrl-C, then ends the batch in "
                    + "hand at a slot boundary and leaves the rest to another worker.",
            "",
            "Temporal is found by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS* or a profile in "
                    + "temporal.toml; without any of them at 127.0.0.1:7233, namespace default.",
            "",
            "Credentials that a request names NAME are SLOTFERRY_CREDENTIALS_<NAME>_PASSWORD and _USERNAME (upper case, "
                    + "other characters as _), or files <folder>/NAME/password and username.",
            "",
            "SLOTFERRY_LOG_LEVEL is DEBUG, INFO (default), WARN or ERROR."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped, with no work left in hand",
            "1:stopped, but work in hand was interrupted; another worker resumes it",
            "2:the options or Temporal's configuration are wrong"
        })
public final class WorkerCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerCommand.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(3);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    boolean help;

    @Option(names = "--task-queue", paramLabel = "NAME", description = "default: ${DEFAULT-VALUE}")
    private String taskQueue = Names.TASK_QUEUE;

    @Option(
            names = "--credentials-dir",
            paramLabel = "DIR",
            description = "folder of credentials; default: SLOTFERRY_CREDENTIALS_DIR")
    private Path credentials;

    @Option(
            names = "--reports-dir",
            paramLabel = "DIR",
            description =
                    "where reports are written; default: slotferry/reports below XDG_STATE_HOME or ~/.local/state")
    private Path reports;

    @Option(
            names = "--metrics",
            paramLabel = "[HOST:]PORT",
            description = "answer GET /metrics there, as Prometheus reads it, on 127.0.0.1 unless HOST says otherwise;"
                    + " default: SLOTFERRY_METRICS, else nowhere")
    private String metrics;

    @Spec
    private CommandSpec spec;

    private final Map<String, String> environment;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile int exitCode;

    public WorkerCommand() {
        this(System.getenv());
    }

    WorkerCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws InterruptedException {
        Logging.configure();
        try (TemporalConnection temporal = new TemporalConnection(environment)) {
            // Ends the JVM itself, since a JVM that was signalled would answer 143 although nothing went wrong.
            Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndHalt, "stop"));
            if (awaitTemporal(temporal)) {
                registerSearchAttributes(temporal);
                poll(temporal);
            }
        } catch (BadProfile e) {
            spec.commandLine().getErr().println(e.getMessage() + "\nNext: " + e.next());
            exitCode = 2;
        } finally {
            stopped.countDown();
        }
        return exitCode;
    }

    private void stopAndHalt() {
        boolean signalled = stopped.getCount() > 0;
        stop.countDown();
        if (signalled) {
            try {
                boolean inTime = stopped.await(PATIENCE.plusSeconds(15).toSeconds(), TimeUnit.SECONDS);
                Runtime.getRuntime().halt(inTime ? exitCode : 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns false where the worker was stopped before Temporal answered. */
    private boolean awaitTemporal(TemporalConnection temporal) throws InterruptedException {
        for (String said = ""; stop.getCount() > 0; ) {
            try {
                temporal.check();
                return true;
            } catch (StatusRuntimeException e) {
                String line = unreachable(temporal, e);
                if (line.equals(said)) {
                    LOG.debug(line);
                } else {
                    LOG.warn(line);
                }
                said = line;
            }
            if (stop.await(BETWEEN_ATTEMPTS.toMillis(), TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        LOG.info("stopped before Temporal was reached");
        return false;
    }

    private static String unreachable(TemporalConnection temporal, StatusRuntimeException e) {
        String where = "namespace " + temporal.namespace() + " of Temporal at " + temporal.address();
        return switch (e.getStatus().getCode()) {
            case NOT_FOUND ->
                "There is no " + where + "; trying again until there is. " + "Next: temporal operator namespace create "
                        + temporal.namespace() + ", or set TEMPORAL_NAMESPACE";
            case PERMISSION_DENIED, UNAUTHENTICATED ->
                "No access to " + where + " ("
                        + e.getStatus().getCode() + ": " + e.getStatus().getDescription()
                        + "); trying again. Next: set TEMPORAL_API_KEY or TEMPORAL_TLS_*";
            default ->
                "Temporal at " + temporal.address() + " does not answer ("
                        + e.getStatus().getCode() + "); trying again until it does. "
                        + "Next: slotferry up starts one on this machine; or set TEMPORAL_ADDRESS to where it is";
        };
    }

    private static void registerSearchAttributes(TemporalConnection temporal) {
        SearchAttributes attributes = new SearchAttributes(temporal.client());
        try {
            attributes.register();
        } catch (StatusRuntimeException | IllegalStateException e) {
            LOG.warn(
                    "Runs cannot be searched by cluster, state and phase: {}. Next: {}",
                    e.getMessage(),
                    attributes.remedy());
        }
    }

    private void poll(TemporalConnection temporal) throws InterruptedException {
        try (MetricsServer served = serveMetrics()) {
            poll(temporal, served);
        } catch (IOException e) {
            spec.commandLine()
                    .getErr()
                    .println("Metrics cannot be answered at " + metricsAddress().orElse("") + ": " + e.getMessage()
                            + "\nNext: name another address by --metrics or SLOTFERRY_METRICS");
            exitCode = 2;
        }
    }

    private Optional<String> metricsAddress() {
        return Optional.ofNullable(metrics == null ? environment.get("SLOTFERRY_METRICS") : metrics)
                .filter(address -> !address.isBlank());
    }

    /** Null where nobody asked for them. */
    private MetricsServer serveMetrics() throws IOException {
        return metricsAddress().isEmpty()
                ? null
                : MetricsServer.listen(metricsAddress().get());
    }

    private void poll(TemporalConnection temporal, MetricsServer served) throws InterruptedException {
        SlotferryWorker worker = SlotferryWorker.start(temporal.client(), settings(served));
        PrintWriter out = spec.commandLine().getOut();
        out.println("worker ready: namespace " + temporal.namespace() + " at " + temporal.address() + ", task queue "
                + taskQueue + (served == null ? "" : ", metrics " + served.url()));
        out.flush();
        stop.await();
        LOG.info(
                "Stopping: no new work is taken, batches in hand end at a slot boundary (at most {} s).",
                PATIENCE.toSeconds());
        if (worker.stop(PATIENCE)) {
            LOG.info("Stopped; nothing is left in hand.");
        } else {
            exitCode = 1;
            LOG.warn(
                    "Stopped after {} s with work in hand; another worker resumes it where it is.",
                    PATIENCE.toSeconds());
        }
    }

    private WorkerSettings settings(MetricsServer served) {
        WorkerSettings defaults = WorkerSettings.defaults(environment);
        return new WorkerSettings(
                taskQueue,
                environment,
                Optional.ofNullable(credentials).or(defaults::credentials),
                Optional.ofNullable(reports).orElse(defaults.reports()),
                served == null ? defaults.meters() : served.registry());
    }
}
