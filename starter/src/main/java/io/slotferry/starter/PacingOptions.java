package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Option;

/** How fast batches follow each other. */
final class PacingOptions {
    @Option(names = "--pause", paramLabel = "DURATION", description = "between two batches, such as PT10S or 10s")
    private String pause;

    @Option(
            names = {"--mode", "--pacing"},
            paramLabel = "MODE",
            description = "adaptive (as fast as clients do not notice), steady (a batch, a pause), or fast")
    private String mode;

    @Option(
            names = "--latency-budget",
            paramLabel = "PERCENT",
            description = "by how much clients' latency may rise in adaptive; default: 10")
    private Integer latencyBudget;

    boolean given() {
        return pause != null || mode != null || latencyBudget != null;
    }

    /** Puts what was given in the place of the request's. */
    void overlay(ObjectNode request) {
        if (pause != null) {
            RequestOptions.into(request, "pacing").put("pause", Durations.iso(pause));
        }
        if (mode != null) {
            RequestOptions.into(request, "pacing").put("mode", RequestOptions.constant(mode));
        }
        if (latencyBudget != null) {
            RequestOptions.into(request, "pacing").put("latencyBudget", latencyBudget);
        }
    }
}
