package io.slotferry.sandbox.race;

import io.slotferry.sandbox.race.Race.Moved;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.ServerStartException;
import io.slotferry.starter.Voice;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows redis-cli and slotferry side by side. */
@Command(
        name = "race",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts two clusters of three masters on this machine with the same data, and has redis-cli (or valkey-cli) "
                    + "move slots of one to a new master, slotferry those of the other, key by key and "
                    + "without Temporal.",
            "Clients write to both all the while, whether or not the write before was answered. At the end it prints how "
                    + "fast each was, what the clients felt, and a plot of it, and reads every key back. Nothing is left "
                    + "behind.",
            "",
            "All of it shares this machine: compare the two, and take no figure for itself."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:both are done, and every key is where it belongs; who was faster decides nothing",
            "1:it ran, but something is not as it should be: what it is, is printed",
            "2:the options are wrong",
            "8:it could not be started: why, is printed",
            "130:interrupted; nothing is left behind"
        })
public final class RaceCommand implements Callable<Integer> {
    private static final int MOST_SLOTS = 12_288;

    @Option(
            names = "--server",
            paramLabel = "PATH",
            description =
                    "redis-server or valkey-server with its command-line client beside it, or a folder that has both in "
                            + "bin/; default: SLOTFERRY_SERVER, the PATH")
    private Path server;

    @Option(names = "--keys", paramLabel = "N", description = "keys of each cluster; default: ${DEFAULT-VALUE}")
    private long keys = 500_000;

    @Option(names = "--slots", paramLabel = "N", description = "slots to be moved; default: ${DEFAULT-VALUE}")
    private int slots = 4_096;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "writes per second to each cluster; default: ${DEFAULT-VALUE}")
    private int rate = 1_000;

    @Option(
            names = {"--mode", "--pacing"},
            paramLabel = "MODE",
            description =
                    "slotferry's pacing: ${COMPLETION-CANDIDATES}; all but FAST pause between batches of 100 slots, "
                            + "at first 10 s; default: ${DEFAULT-VALUE}")
    private Mode pacing = Mode.FAST;

    @Option(
            names = "--one-after-the-other",
            description = "first redis-cli, then slotferry, instead of both at the same time")
    private boolean oneAfterTheOther;

    @Option(names = "--plot", paramLabel = "FILE", description = "write the plot as an SVG, too")
    private Path plot;

    @Option(
            names = "--json",
            description = "one JSON object on standard output; text for people goes to standard error")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (problem() != null) {
            throw new ParameterException(spec.commandLine(), problem());
        }
        ServerBinary binary = server == null ? ServerBinary.find() : ServerBinary.at(server);
        if (binary.cli().isEmpty()) {
            throw new ServerStartException("There is no command-line client beside " + binary + ", " + binary.path()
                    + ". Name a server that has one: slotferry race --server PATH.");
        }
        Voice voice = new Voice(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
        Race race = new Race(binary, new Moved(keys, slots), rate, pacing, voice);
        List<Outcome> outcomes = race.run(oneAfterTheOther);
        if (plot != null) {
            write(SvgPlot.of(race.title(), outcomes));
            voice.say("The plot: " + plot);
        }
        return outcomes.stream().allMatch(outcome -> outcome.problem().isEmpty()) ? 0 : 1;
    }

    private String problem() {
        if (keys < 1 || keys > 100_000_000) {
            return "--keys " + keys + " is not between 1 and 100,000,000";
        }
        if (slots < 1 || slots > MOST_SLOTS) {
            return "--slots " + slots + " is not between 1 and 12,288: each of the three masters keeps some";
        }
        if (rate < 4 || rate > 100_000) {
            return "--rate " + rate + " is not between 4 and 100,000";
        }
        // Found out before the race rather than after it.
        Path folder = plot == null ? null : plot.toAbsolutePath().getParent();
        if (folder != null && (!Files.isDirectory(folder) || Files.isDirectory(plot))) {
            return "--plot " + plot + " is no file in a folder that is there";
        }
        return null;
    }

    private void write(String svg) {
        try {
            Files.writeString(plot, svg);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + plot + ": " + e.getMessage(), e);
        }
    }
}
