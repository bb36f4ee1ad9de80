package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.RunState;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Changes how a run goes on. */
@Command(
        name = "retune",
        description = {
            "Changes a run's pacing, lanes, thresholds or window, from its next batch on; what is not given stays.",
            "--window none takes the window away. The plan and its batches stay as they are."
        })
public final class RetuneCommand extends RunCommand {
    @Mixin
    private PacingOptions pacing;

    @Option(names = "--lanes", paramLabel = "N", description = "the most source-target pairs that move side by side")
    private Integer lanes;

    @Option(
            names = "--threshold",
            paramLabel = "NAME=LIMIT",
            description =
                    "cpu=80, memory=90 (percent), meanLatency=10ms, p99Latency=30ms, replicationLag=1s; may be repeated")
    private Map<String, String> thresholds;

    @Mixin
    private WindowOptions window;

    @Option(names = "--why", paramLabel = "TEXT", description = "for the run's trail")
    private String why = "";

    private ObjectNode argument;

    public RetuneCommand() {
        this(Surroundings.ofProcess());
    }

    /**
     * Inside a program that brings its own Temporal.
     *
     * @param environment in place of the process's own
     */
    public RetuneCommand(Map<String, String> environment) {
        this(Surroundings.of(environment));
    }

    RetuneCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void prepare() {
        argument = Commands.word(why);
        pacing.overlay(argument);
        window.overlay(argument);
        if (lanes != null) {
            RequestOptions.into(argument, "batch").put("lanes", lanes);
        }
        if (thresholds != null) {
            thresholds.forEach(this::threshold);
        }
        if (!pacing.given() && !window.given() && lanes == null && thresholds == null) {
            throw new CommandException(
                    ExitCode.BAD_REQUEST,
                    "There is nothing to change; nothing was sent.",
                    "give one of --pause, --mode, --latency-budget, --lanes, --threshold, --window; slotferry retune --help");
        }
    }

    /** A number is one; all else is taken for a duration, which the run judges. */
    private void threshold(String name, String limit) {
        ObjectNode fields = RequestOptions.into(argument, "thresholds");
        if (limit.matches("[0-9]{1,9}")) {
            fields.put(name, Integer.parseInt(limit));
        } else {
            fields.put(name, Durations.iso(limit));
        }
    }

    @Override
    ExitCode run(Connection temporal, Run run) {
        new Commands(temporal, voice()).give(run, RunState.Command.RETUNE, argument);
        return ExitCode.OK;
    }
}
