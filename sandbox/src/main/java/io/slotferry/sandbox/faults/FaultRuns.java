package io.slotferry.sandbox.faults;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.slotferry.sandbox.faults.FaultRun.Verdict;
import io.slotferry.servers.LocalTemporal;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.TemporalProcess;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Plays runs one after the other and adds up what came of them. */
@Command(
        name = "faults/run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Expands small clusters on this machine, one after the other, while random faults befall them: workers, "
                    + "Temporal and nodes are killed, frozen and failed over, strangers meddle, the operator changes "
                    + "his mind. Clients write and read all the while.",
            "",
            "Each run must end balanced, rolled back, stopped, or halted with its reason; with every slot at one owner, "
                    + "and no acknowledged write lost by moving slots. What a failover loses by the servers' own "
                    + "asynchronous replication is counted apart.",
            "",
            "A run takes 30 to 50 seconds on two cores that do nothing else, and two minutes more where it is rolled back; "
                    + "it waits more than it computes, so that three at once take hardly longer than one: 200 runs with "
                    + "--at-once 3 take about an hour and a half.",
            "The seed decides the cluster, the request and when which fault strikes; what comes of it is up to the "
                    + "processes, so that a run may have to be repeated some times to break in the same way."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every run ended as it must",
            "1:a run did not, or could not be judged: its seed, what is broken and where its files are is printed",
            "2:the options are wrong"
        })
public final class FaultRuns implements Callable<Integer> {
    @Option(names = "--runs", paramLabel = "N", description = "how many runs; default: 1, or as --minutes allows")
    private Integer runs;

    @Option(names = "--minutes", paramLabel = "M", description = "begin no run after so many minutes")
    private Integer minutes;

    @Option(
            names = "--at-once",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "how many runs side by side, each with a Temporal server of its own; default: ${DEFAULT-VALUE}")
    private int atOnce;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "of the first run; the next has S + 1; default: by the clock")
    private Long seed;

    @Option(
            names = "--server",
            paramLabel = "PATH",
            arity = "1..*",
            description = "redis-server or valkey-server, or a folder that has it in bin/; each run takes one of them; "
                    + "default: all that servers/fetch installed")
    private List<Path> servers;

    @Option(names = "--keep", description = "keep the files of every run, not of broken ones alone")
    private boolean keep;

    @Option(
            names = "--json",
            description = "one JSON object a run on standard output; text for people goes to standard error")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private FaultRuns() {}

    public static void main(String[] arguments) {
        // Killing servers makes their clients say much.
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
        }
        System.exit(new CommandLine(new FaultRuns()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        if ((runs != null && runs < 1) || (minutes != null && minutes < 1) || atOnce < 1) {
            throw new ParameterException(spec.commandLine(), "--runs, --minutes and --at-once are at least 1");
        }
        List<ServerBinary> binaries = servers == null
                ? ServerBinary.all()
                : servers.stream().map(ServerBinary::at).toList();
        Path folder = Files.createTempDirectory("slotferry-faults-");
        Scoreboard board = new Scoreboard();
        say("On " + binaries.stream().map(ServerBinary::toString).collect(Collectors.joining(", ")));
        playAll(binaries, folder, board);
        say(board.text());
        if (board.clean() && !keep) {
            Dossier.delete(folder);
        } else {
            say("The files are in " + folder);
        }
        return board.clean() ? 0 : 1;
    }

    private void playAll(List<ServerBinary> binaries, Path folder, Scoreboard board) {
        long first = seed == null ? System.currentTimeMillis() / 1_000 : seed;
        int most = runs != null ? runs : minutes != null ? Integer.MAX_VALUE : 1;
        long deadline = System.nanoTime()
                + Duration.ofMinutes(minutes == null ? 60 * 24 * 365 : minutes).toNanos();
        AtomicInteger begun = new AtomicInteger();
        List<CompletableFuture<Void>> players = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(atOnce);
        for (int player = 0; player < atOnce; player++) {
            Path own = folder.resolve("temporal-" + player);
            players.add(CompletableFuture.runAsync(
                    () -> {
                        try (TemporalProcess temporal =
                                LocalTemporal.builder().folder(own).startProcess()) {
                            for (int i = begun.getAndIncrement();
                                    i < most && System.nanoTime() < deadline;
                                    i = begun.getAndIncrement()) {
                                play(FaultScript.of(first + i), binaries, temporal, folder, board);
                            }
                        }
                    },
                    threads));
        }
        try {
            players.forEach(CompletableFuture::join);
        } finally {
            threads.shutdown();
        }
    }

    private void play(
            FaultScript script, List<ServerBinary> binaries, TemporalProcess temporal, Path folder, Scoreboard board) {
        ServerBinary server = binaries.get((int) (script.shape().server() * binaries.size()));
        Path own = folder.resolve("seed-" + script.seed());
        FaultRun run = new FaultRun(script, server, temporal, own);
        Dossier dossier = new Dossier(own, temporal);
        try {
            Verdict verdict = run.play();
            tell(verdict, own, server, board);
            if (verdict.passed() && !keep) {
                Dossier.delete(own);
            } else {
                dossier.write(verdict, run.journal());
            }
        } catch (RuntimeException | IOException e) {
            run.journal().note("could not be judged: " + trace(e));
            tellUnplayed(script, own, server, board, e);
            dossier.write(run.journal());
            if (!temporal.isAlive()) {
                temporal.start();
            }
        }
    }

    private synchronized void tell(Verdict verdict, Path files, ServerBinary server, Scoreboard board)
            throws IOException {
        board.add(verdict);
        say(Scoreboard.line(verdict));
        if (json) {
            print(verdict);
        }
        if (!verdict.passed()) {
            verdict.violations().forEach(violation -> say("    " + violation));
            tellHowToRepeat(verdict.script(), server, files);
        }
    }

    private synchronized void tellUnplayed(
            FaultScript script, Path files, ServerBinary server, Scoreboard board, Exception failure) {
        board.unplayed(script.seed());
        say("BROKEN  seed " + script.seed() + " could not be judged: " + failure);
        tellHowToRepeat(script, server, files);
    }

    private void tellHowToRepeat(FaultScript script, ServerBinary server, Path files) {
        say("    files  " + files);
        say("    again  faults/run --seed " + script.seed() + " --server " + server.path());
    }

    private static String trace(Throwable failure) {
        java.io.StringWriter text = new java.io.StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private void say(String line) {
        PrintWriter out =
                json ? spec.commandLine().getErr() : spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }

    private void print(Verdict verdict) throws IOException {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("seed", verdict.script().seed());
        event.put("server", verdict.server());
        event.put("shape", verdict.script().shape());
        event.put("strikes", verdict.script().strikes());
        event.put("end", verdict.end().state());
        event.put("kind", verdict.end().kind());
        event.put("reason", verdict.end().reason());
        event.put("halts", verdict.halts());
        event.put("broken", new ArrayList<>(verdict.violations()));
        event.put("lostByReplication", verdict.lostByReplication());
        event.put("passedOver", verdict.passedOver());
        event.put("seconds", verdict.took().toMillis() / 1e3);
        spec.commandLine().getOut().println(SlotferryJson.mapper().writeValueAsString(event));
        spec.commandLine().getOut().flush();
    }
}
