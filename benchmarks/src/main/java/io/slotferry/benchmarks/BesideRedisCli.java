package io.slotferry.benchmarks;

import io.slotferry.sandbox.Dataset;
import io.slotferry.sandbox.race.Contender;
import io.slotferry.sandbox.race.Lane;
import io.slotferry.sandbox.race.MoverAlone;
import io.slotferry.sandbox.race.OpenLoop.Felt;
import io.slotferry.sandbox.race.Outcome;
import io.slotferry.sandbox.race.RedisCli;
import io.slotferry.sandbox.race.SvgPlot;
import io.slotferry.sandbox.race.Twin;
import io.slotferry.servers.Engine;
import io.slotferry.servers.ServerBinary;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Every way to move slots, each on a twin cluster with the same data, in interleaved rounds; prints medians. */
@Command(
        name = "benchmarks/run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Moves a new master's share of the slots with redis-cli (or valkey-cli) and with slotferry, each on a "
                        + "cluster of its own with the same data, round after round, and prints how fast each was (medians) and what "
                        + "clients felt of it, which a process of their own measures open-loop. Fails where a key is missing "
                        + "afterwards; how fast they are decides nothing.")
public final class BesideRedisCli implements Callable<Integer> {
    private static final Duration BEFORE = Duration.ofSeconds(2);

    @Mixin
    private ServerOption server;

    @Option(
            names = "--shape",
            paramLabel = "SHAPE",
            description =
                    "${COMPLETION-CANDIDATES}: keys of 100 bytes, of 100 kB, of all types, or hardly any; default: "
                            + "${DEFAULT-VALUE}")
    private Data shape = Data.SMALL;

    @Option(names = "--keys", paramLabel = "N", description = "keys; default by shape: 300,000, 20,000, 200,000, 1,000")
    private long keys;

    @Option(names = "--masters", paramLabel = "N", description = "masters with data; default: ${DEFAULT-VALUE}")
    private int masters = 3;

    @Option(
            names = "--batch-slots",
            paramLabel = "N",
            description = "slots of slotferry's batches; default: ${DEFAULT-VALUE}")
    private int batchSlots = 100;

    @Option(names = "--rounds", paramLabel = "N", description = "rounds; default: ${DEFAULT-VALUE}")
    private int rounds = 1;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "writes a second of the clients, over all nodes; 0: no clients; default: ${DEFAULT-VALUE}")
    private int rate = 1_000;

    @Option(
            names = "--pipeline",
            split = ",",
            paramLabel = "N",
            description = "keys in a MIGRATE of redis-cli where it does not take its default of 10; each number takes "
                    + "part; default: 100")
    private List<Integer> pipelines = List.of(100);

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "NAME",
            description =
                    "${COMPLETION-CANDIDATES}; default: all that the server can but ADAPTIVE, which pauses between "
                            + "its batches as a run does, at first for 10 s")
    private List<Entry> only =
            Stream.of(Entry.values()).filter(entry -> entry != Entry.ADAPTIVE).toList();

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            description = "write an SVG of what clients felt over time, of each contender's round of median time")
    private Path plot;

    @Spec
    private CommandSpec spec;

    private BesideRedisCli() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BesideRedisCli())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    /** Who can take part. */
    enum Entry {
        CLI,
        CLI_PIPELINE,
        CLI_ATOMIC,
        KEYS,
        ADAPTIVE,
        ATOMIC,
        EXPAND
    }

    /** What one contender did in one round; without clients there is nothing to tell of them. */
    private record Figures(double seconds, long keys, Optional<Outcome> outcome) {
        Felt before() {
            return outcome.orElseThrow().before();
        }

        Felt during() {
            return outcome.orElseThrow().during();
        }
    }

    @Override
    public Integer call() throws IOException {
        ServerBinary binary = server.binary();
        Dataset dataset = shape.of(keys);
        if (plot != null && rate == 0) {
            throw new ParameterException(
                    spec.commandLine(), "--plot shows what clients felt, and there are none: --rate 0");
        }
        int slots = 16_384 / (masters + 1);
        PrintWriter out = spec.commandLine().getOut();
        String title = String.format(
                Locale.ROOT,
                "%s, %d masters without replicas, %s, %,d of 16,384 slots to one more master",
                binary,
                masters,
                shape.text(dataset),
                slots);
        out.printf(Locale.ROOT, "%s, medians of %d rounds%n%n", title, rounds);
        out.println(header());
        Map<String, List<Figures>> all = new LinkedHashMap<>();
        for (int round = 1; round <= rounds; round++) {
            for (Contender contender : contenders(binary)) {
                Figures figures = run(contender, binary, dataset);
                all.computeIfAbsent(contender.name(), any -> new ArrayList<>()).add(figures);
                if (rounds > 1) {
                    out.println(line(contender.name(), slots, List.of(figures), List.of()) + "  round " + round);
                    out.flush();
                }
            }
        }
        List<Figures> first = all.values().iterator().next();
        out.println();
        all.forEach((name, figures) -> out.println(line(name, slots, figures, first)));
        out.printf(
                "%nms: mean, p99, p99.9 and worst of writes to slots that stay, while nothing moves | while slots move.%n"
                        + "Every key was read back from its slot's owner after each of them.%n");
        if (plot != null) {
            Files.writeString(
                    plot,
                    SvgPlot.of(
                            title,
                            all.values().stream().map(BesideRedisCli::typical).toList()));
        }
        return 0;
    }

    private List<? extends Contender> contenders(ServerBinary binary) {
        boolean valkey = binary.engine() == Engine.VALKEY;
        Map<Entry, List<? extends Contender>> entries = new LinkedHashMap<>();
        entries.put(Entry.CLI, List.of(RedisCli.asItComes(binary)));
        entries.put(
                Entry.CLI_PIPELINE,
                pipelines.stream()
                        .map(keysOfCall -> RedisCli.pipelined(binary, keysOfCall))
                        .toList());
        if (valkey && binary.isAtLeast(9, 0)) {
            entries.put(Entry.CLI_ATOMIC, List.of(RedisCli.atomic()));
        }
        entries.put(Entry.KEYS, List.of(MoverAlone.byKeys(batchSlots)));
        entries.put(Entry.ADAPTIVE, List.of(MoverAlone.paced(Mode.ADAPTIVE, batchSlots)));
        if (binary.isAtLeast(valkey ? 9 : 8, valkey ? 0 : 4)) {
            entries.put(Entry.ATOMIC, List.of(MoverAlone.atomic()));
        }
        entries.put(Entry.EXPAND, List.of(new WholeExpansion(batchSlots)));
        return entries.entrySet().stream()
                .filter(entry -> only.contains(entry.getKey()))
                .flatMap(entry -> entry.getValue().stream())
                .toList();
    }

    /** Of the round whose time is the median, or the next longer one. */
    private static Outcome typical(List<Figures> figures) {
        return figures.stream()
                .sorted(Comparator.comparingDouble(Figures::seconds))
                .skip(figures.size() / 2)
                .findFirst()
                .flatMap(Figures::outcome)
                .orElseThrow();
    }

    private Figures run(Contender contender, ServerBinary binary, Dataset dataset) {
        return rate == 0 ? unseen(contender, binary, dataset) : felt(contender, binary, dataset);
    }

    private Figures unseen(Contender contender, ServerBinary binary, Dataset dataset) {
        try (Twin twin = Twin.start(binary, masters, 0, dataset)) {
            return new Figures(contender.move(twin).toNanos() / 1e9, twin.movedKeys(), Optional.empty());
        }
    }

    private Figures felt(Contender contender, ServerBinary binary, Dataset dataset) {
        try (Lane lane = Lane.on(Twin.start(binary, masters, 0, dataset), contender.name(), contender, rate)) {
            lane.beginQuiet();
            Thread.sleep(BEFORE.toMillis());
            lane.endQuiet();
            lane.start(System.nanoTime());
            Outcome outcome = lane.end();
            outcome.problem().ifPresent(problem -> {
                throw new IllegalStateException(contender.name() + ": " + problem);
            });
            return new Figures(lane.took().toNanos() / 1e9, outcome.keys(), Optional.of(outcome));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private String header() {
        return String.format(
                        Locale.ROOT, "%-30s %8s %10s %10s %8s %7s", "", "seconds", "keys", "keys/s", "slots/s", "ratio")
                + (rate == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " | %6s %6s %6s %7s | %6s %6s %6s %7s",
                                "mean",
                                "p99",
                                "p99.9",
                                "worst",
                                "mean",
                                "p99",
                                "p99.9",
                                "worst"));
    }

    private String line(String name, int slots, List<Figures> figures, List<Figures> first) {
        double seconds = median(figures, Figures::seconds);
        String ratio =
                first.isEmpty() ? "" : String.format(Locale.ROOT, "%.1fx", median(first, Figures::seconds) / seconds);
        return String.format(
                        Locale.ROOT,
                        "%-30s %8.2f %,10d %,10.0f %,8.0f %7s",
                        name,
                        seconds,
                        figures.get(0).keys(),
                        figures.get(0).keys() / seconds,
                        slots / seconds,
                        ratio)
                + (rate == 0 ? "" : felt(figures, Figures::before) + felt(figures, Figures::during));
    }

    private static String felt(List<Figures> figures, java.util.function.Function<Figures, Felt> when) {
        return String.format(
                Locale.ROOT,
                " | %6.2f %6.2f %6.1f %7.1f",
                median(figures, figure -> when.apply(figure).mean()),
                median(figures, figure -> when.apply(figure).p99()),
                median(figures, figure -> when.apply(figure).p999()),
                median(figures, figure -> when.apply(figure).worst()));
    }

    private static double median(List<Figures> figures, ToDoubleFunction<Figures> figure) {
        return Repeated.of(figures.stream().mapToDouble(figure)).median();
    }
}
