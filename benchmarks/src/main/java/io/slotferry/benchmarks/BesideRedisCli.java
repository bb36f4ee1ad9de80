package io.slotferry.benchmarks;

import io.slotferry.benchmarks.MoveTable.Figures;
import io.slotferry.sandbox.Dataset;
import io.slotferry.sandbox.Holding;
import io.slotferry.sandbox.race.Contender;
import io.slotferry.sandbox.race.Lane;
import io.slotferry.sandbox.race.MoverAlone;
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
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
                        + "clients felt of it, which a process of their own measures open-loop. slotferry's processes live from "
                        + "round to round, as a worker does, with 256 MB of heap for the mover alone; what they do while they "
                        + "warm up is printed and counts for no median. Fails where a key is missing afterwards; "
                        + "how fast they are decides nothing.")
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

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "rounds that count, after those of the warm-up; default: ${DEFAULT-VALUE}")
    private int rounds = 1;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description =
                    "rounds before those that count, of those whose processes live on; 0: they have just started in "
                            + "round 1; default: ${DEFAULT-VALUE}")
    private int warmUp = 1;

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
    private List<Entry> only;

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
        EXPAND;

        /** What the server has not that this needs; empty where it can take part. */
        Optional<String> without(ServerBinary binary) {
            boolean valkey = binary.engine() == Engine.VALKEY;
            if (this == CLI_ATOMIC && !(valkey && binary.isAtLeast(9, 0))) {
                return Optional.of("has no client that moves slots by their own migration; Valkey's has from 9.0 on");
            }
            if (this == ATOMIC && !binary.isAtLeast(valkey ? 9 : 8, valkey ? 0 : 4)) {
                return Optional.of("has no slot migration of its own; Valkey has from 9.0 on, Redis from 8.4 on");
            }
            return Optional.empty();
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
        List<Contender> contenders = contenders(binary);
        PrintWriter out = spec.commandLine().getOut();
        String title = String.format(
                Locale.ROOT,
                "%s, %d masters without replicas, %s, %,d of 16,384 slots to one more master",
                binary,
                masters,
                shape.text(dataset),
                16_384 / (masters + 1));
        out.printf(Locale.ROOT, "%s, medians of %d rounds%n%n", title, rounds);
        MoveTable table = new MoveTable(rate > 0);
        out.println(table.header());
        Map<String, List<Figures>> all = new LinkedHashMap<>();
        try {
            for (int round = 1; round <= warmUp; round++) {
                for (Contender contender : contenders) {
                    if (contender.livesOn()) {
                        tell(table, contender, run(contender, binary, dataset), "warm-up " + round);
                    }
                }
            }
            for (int round = 1; round <= rounds; round++) {
                for (Contender contender : contenders) {
                    Figures figures = run(contender, binary, dataset);
                    all.computeIfAbsent(contender.name(), any -> new ArrayList<>())
                            .add(figures);
                    tell(table, contender, figures, "round " + round);
                }
            }
        } finally {
            contenders.forEach(Contender::close);
        }
        tell(all, title);
        return 0;
    }

    private void tell(MoveTable table, Contender contender, Figures figures, String which) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(table.line(contender.name(), List.of(figures), List.of()) + "  " + which);
        out.flush();
    }

    private void tell(Map<String, List<Figures>> all, String title) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        MoveTable table = new MoveTable(rate > 0);
        List<Figures> beside = all.values().iterator().next();
        out.println();
        all.forEach((name, figures) -> out.println(table.line(name, figures, beside)));
        if (rate > 0) {
            out.printf(
                    "%nms: mean, p99, p99.9 and worst of writes to slots that stay, while nothing moves | while slots move.");
        }
        out.printf("%n%s%nEvery key was read back from its slot's owner after each of them.%n", footer());
        if (plot != null) {
            Files.writeString(
                    plot,
                    SvgPlot.of(
                            title, all.values().stream().map(MoveTable::typical).toList()));
        }
    }

    private String footer() {
        return warmUp > 0
                ? "slotferry's processes lived through all rounds, as a worker does; those of the warm-up are not counted, and in the first of them they had just started."
                : "slotferry's processes lived through all rounds, and had just started in round 1.";
    }

    /** Those that are wanted, or, where nothing was said, all that the server can but the slow one. */
    private List<Contender> contenders(ServerBinary binary) {
        List<Contender> contenders = new ArrayList<>();
        for (Entry entry : only == null ? EnumSet.complementOf(EnumSet.of(Entry.ADAPTIVE)) : EnumSet.copyOf(only)) {
            Optional<String> without = entry.without(binary);
            if (without.isEmpty()) {
                contenders.addAll(contenders(entry, binary));
            } else if (only != null) {
                throw new ParameterException(
                        spec.commandLine(), "--only " + entry + ": " + binary + " " + without.get());
            }
        }
        return contenders;
    }

    private List<? extends Contender> contenders(Entry entry, ServerBinary binary) {
        return switch (entry) {
            case CLI -> List.of(RedisCli.asItComes(binary));
            case CLI_PIPELINE ->
                pipelines.stream()
                        .map(keysOfCall -> RedisCli.pipelined(binary, keysOfCall))
                        .toList();
            case CLI_ATOMIC -> List.of(RedisCli.atomic());
            case KEYS -> List.of(MoverAlone.byKeys(batchSlots).living());
            case ADAPTIVE -> List.of(MoverAlone.paced(Mode.ADAPTIVE, batchSlots).living());
            case ATOMIC -> List.of(MoverAlone.atomic().living());
            case EXPAND -> List.of(new WholeExpansion(batchSlots));
        };
    }

    private Figures run(Contender contender, ServerBinary binary, Dataset dataset) {
        return rate == 0 ? unseen(contender, binary, dataset) : felt(contender, binary, dataset);
    }

    private Figures unseen(Contender contender, ServerBinary binary, Dataset dataset) {
        try (Twin twin = Twin.start(binary, masters, 0, dataset)) {
            double seconds = contender.move(twin).toNanos() / 1e9;
            Holding moved = twin.moved();
            return new Figures(seconds, moved.slots(), moved.keys(), Optional.empty());
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
            return new Figures(lane.took().toNanos() / 1e9, lane.movedSlots(), outcome.keys(), Optional.of(outcome));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
