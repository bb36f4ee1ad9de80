package io.slotferry.benchmarks;

import io.slotferry.sandbox.Dataset;
import io.slotferry.sandbox.race.BareConnection;
import io.slotferry.sandbox.race.ClientCall;
import io.slotferry.sandbox.race.Contender;
import io.slotferry.sandbox.race.MoverAlone;
import io.slotferry.sandbox.race.OpenLoop;
import io.slotferry.sandbox.race.OpenLoop.Felt;
import io.slotferry.sandbox.race.RedisCli;
import io.slotferry.sandbox.race.Twin;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import redis.clients.jedis.Jedis;

/** What clients feel while slots move, beside what they feel while nothing does (the control), in the same runs. */
@Command(
        name = "benchmarks/adaptive",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Moves a quarter of the slots of three masters to a fourth with redis-cli and with slotferry in mode "
                        + "ADAPTIVE, each on a cluster of its own, round after round, under clients that ask open-loop at a part "
                        + "of what the cluster can do. Before and after each, nothing moves: how far these controls lie apart is "
                        + "how much this machine's figures are worth. A first round, in which slotferry's processes have "
                        + "just started and compile their code beside the nodes, is printed and not counted. Over "
                        + BesideControls.INVALID
                        + " %% a run is invalid.")
public final class BesideControl implements Callable<Integer> {
    private static final Duration AT_FULL_SPEED = Duration.ofSeconds(3);

    @Mixin
    private ServerOption server;

    @Option(
            names = "--shape",
            paramLabel = "SHAPE",
            description = "${COMPLETION-CANDIDATES}, as of benchmarks/run; default: ${DEFAULT-VALUE}")
    private Data shape = Data.GROUPED;

    @Option(names = "--keys", paramLabel = "N", description = "keys; default by shape, as of benchmarks/run")
    private long keys;

    @Option(
            names = "--call",
            paramLabel = "CALL",
            description =
                    "what clients ask for: ${COMPLETION-CANDIDATES} (of 600 elements, of 300 kB); default: ${DEFAULT-VALUE}")
    private ClientCall call = ClientCall.HASH;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "of the clients to each node; default: ${DEFAULT-VALUE}")
    private int connections = 4;

    @Option(
            names = "--batch-slots",
            paramLabel = "N",
            description = "slots of slotferry's batches; default: ${DEFAULT-VALUE}")
    private int batchSlots = 100;

    @Option(names = "--no-fast", description = "without slotferry in mode FAST")
    private boolean noFast;

    @Option(names = "--rounds", paramLabel = "N", description = "rounds; default: ${DEFAULT-VALUE}")
    private int rounds = 5;

    @Option(
            names = "--load",
            paramLabel = "PERCENT",
            description = "of what the cluster can do with so many connections; default: ${DEFAULT-VALUE}")
    private int load = 30;

    @Option(names = "--control", paramLabel = "SECONDS", description = "of each control; default: ${DEFAULT-VALUE}")
    private int control = 10;

    @Spec
    private CommandSpec spec;

    private BesideControl() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BesideControl())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    /** What one contender did in one round, between three looks at nothing: two before it, one after. */
    private record Figures(double seconds, List<Felt> controls, Felt during) {
        double usual(ToDoubleFunction<Felt> figure) {
            return of(figure).median();
        }

        /** In percent of the usual. */
        double change(ToDoubleFunction<Felt> figure) {
            return (figure.applyAsDouble(during) / usual(figure) - 1) * 100;
        }

        /** How far the controls lie apart, in percent of the lowest. */
        double spread(ToDoubleFunction<Felt> figure) {
            return of(figure).spread();
        }

        private Repeated of(ToDoubleFunction<Felt> figure) {
            return Repeated.of(controls.stream().mapToDouble(figure));
        }
    }

    @Override
    public Integer call() throws Exception {
        ServerBinary binary = server.binary();
        Dataset dataset = shape.of(keys);
        PrintWriter out = spec.commandLine().getOut();
        int most = atFullSpeed(binary, dataset);
        int rate = most * load / 100;
        out.printf(
                Locale.ROOT,
                "%s, 3 masters, %s, %,d of 16,384 slots to a 4th, %,d calls/s %s (%d %% of %,d), %d rounds%n%n",
                binary,
                shape.text(dataset),
                16_384 / 4,
                rate,
                call,
                load,
                most,
                rounds);
        out.println(header());
        Map<String, List<Figures>> all = new LinkedHashMap<>();
        List<Contender> contenders = contenders(binary);
        try {
            for (int round = 0; round <= rounds; round++) {
                for (Contender contender : contenders) {
                    Figures figures = run(contender, binary, dataset, rate);
                    if (round > 0) {
                        all.computeIfAbsent(contender.name(), any -> new ArrayList<>())
                                .add(figures);
                    }
                    out.println(
                            line(contender.name(), List.of(figures)) + (round == 0 ? "  first" : "  round " + round));
                    out.flush();
                }
            }
        } finally {
            contenders.forEach(Contender::close);
        }
        out.println();
        all.forEach((name, figures) -> out.println(line(name, figures)));
        out.printf(
                "%nms of calls to slots that stay; change beside the median of the controls; A/A: how far the controls%n"
                        + "of a round lie apart. Every key was read back from its slot's owner after each of them.%n");
        all.forEach((name, figures) -> out.println(verdict(name, figures)));
        List<Figures> first = all.values().iterator().next();
        all.forEach((name, figures) -> out.println(besideFirst(name, figures, first)));
        return 0;
    }

    private List<Contender> contenders(ServerBinary binary) {
        List<Contender> contenders = new ArrayList<>(List.of(RedisCli.asItComes(binary)));
        if (!noFast) {
            contenders.add(MoverAlone.byKeys(batchSlots).living());
        }
        contenders.add(MoverAlone.paced(Mode.ADAPTIVE, batchSlots).living());
        return contenders;
    }

    private Figures run(Contender contender, ServerBinary binary, Dataset dataset, int rate)
            throws InterruptedException {
        try (Twin twin = Twin.start(binary, 3, 0, dataset)) {
            Figures figures = run(contender, twin, new OpenLoop.Load(rate, connections, call));
            twin.movedKeys();
            return figures;
        }
    }

    private Figures run(Contender contender, Twin twin, OpenLoop.Load load) throws InterruptedException {
        twin.join();
        try (OpenLoop clients = OpenLoop.start(twin, load)) {
            // The first of them is of clients that warm up.
            control(clients);
            List<Felt> controls = new ArrayList<>();
            controls.add(control(clients));
            controls.add(control(clients));
            double seconds = contender.move(twin).toNanos() / 1e9;
            Felt during = clients.felt();
            controls.add(control(clients));
            return new Figures(seconds, controls, during);
        }
    }

    private Felt control(OpenLoop clients) throws InterruptedException {
        Thread.sleep(Duration.ofSeconds(control).toMillis());
        return clients.felt();
    }

    /** Calls a second, over all nodes, of clients that call as soon as they are answered. */
    private int atFullSpeed(ServerBinary binary, Dataset dataset) throws Exception {
        try (Twin twin = Twin.start(binary, 3, 0, dataset)) {
            List<LocalNode> sources = twin.sources();
            ExecutorService pool = Executors.newFixedThreadPool(connections * sources.size());
            try {
                List<Future<Long>> clients = new ArrayList<>();
                for (int i = 0; i < connections * sources.size(); i++) {
                    int source = i % sources.size();
                    String key = OpenLoop.keyThatStays(source, sources.size());
                    clients.add(pool.submit(() -> calls(sources.get(source), key)));
                }
                long calls = 0;
                for (Future<Long> client : clients) {
                    calls += client.get();
                }
                return (int) (calls / AT_FULL_SPEED.toSeconds());
            } finally {
                pool.shutdownNow();
            }
        }
    }

    private long calls(LocalNode node, String key) {
        try (Jedis jedis = node.jedis();
                BareConnection connection = BareConnection.to(node.host(), node.port())) {
            call.prepare(jedis, key);
            ByteBuffer command = call.command(key);
            long end = System.nanoTime() + AT_FULL_SPEED.toNanos();
            long calls = 0;
            while (System.nanoTime() < end) {
                connection.ask(command);
                calls++;
            }
            return calls;
        }
    }

    private static String header() {
        return String.format(
                Locale.ROOT,
                "%-32s %8s | %7s %7s %8s %6s | %7s %7s %8s %6s | %8s %8s",
                "",
                "seconds",
                "mean",
                "moving",
                "change",
                "A/A",
                "p99",
                "moving",
                "change",
                "A/A",
                "worst",
                "moving");
    }

    private static String line(String name, List<Figures> figures) {
        return String.format(
                Locale.ROOT,
                "%-32s %8.1f%s%s | %8.1f %8.1f",
                name,
                median(figures, Figures::seconds),
                figure(figures, Felt::mean),
                figure(figures, Felt::p99),
                median(figures, one -> one.usual(Felt::worst)),
                median(figures, one -> one.during().worst()));
    }

    private static String figure(List<Figures> figures, ToDoubleFunction<Felt> figure) {
        return String.format(
                Locale.ROOT,
                " | %7.3f %7.3f %+7.0f%% %5.0f%%",
                median(figures, one -> one.usual(figure)),
                median(figures, one -> figure.applyAsDouble(one.during())),
                median(figures, one -> one.change(figure)),
                median(figures, one -> one.spread(figure)));
    }

    private static String verdict(String name, List<Figures> figures) {
        return name + ": "
                + BesideControls.verdict(
                        List.of(beside("mean", figures, Felt::mean), beside("p99", figures, Felt::p99)));
    }

    /** The worst stall and the time beside those of the contender that stands first. */
    private static String besideFirst(String name, List<Figures> figures, List<Figures> first) {
        double worst = median(figures, one -> one.during().worst());
        double worstOfFirst = median(first, one -> one.during().worst());
        double seconds = median(figures, Figures::seconds);
        return String.format(
                Locale.ROOT,
                "%s: worst stall of %.1f ms, %.1fx as short as the first's; %.1f s, %.1fx as long",
                name,
                worst,
                worstOfFirst / worst,
                seconds,
                seconds / median(first, Figures::seconds));
    }

    private static BesideControls beside(String name, List<Figures> figures, ToDoubleFunction<Felt> figure) {
        return new BesideControls(
                name, median(figures, one -> one.change(figure)), median(figures, one -> one.spread(figure)));
    }

    private static double median(List<Figures> figures, ToDoubleFunction<Figures> figure) {
        return Repeated.of(figures.stream().mapToDouble(figure)).median();
    }
}
