package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Option;

/** How fast batches follow each other. */
final class PacingOptions {
    @Option(names = "--pause", paramLabel = "DURATION", description = "between two batches, such as PT10S or 10s")
    private String pause;

    @Option(names = "--mode", paramLabel = "MODE", description = "pacing: steady (a batch, a pause) or fast")
    private String mode;

    boolean given() {
        return pause != null || mode != null;
    }

    /** Puts what was given in the place of the request's. */
    void overlay(ObjectNode request) {
        if (pause != null) {
            RequestOptions.into(request, "pacing").put("pause", Durations.iso(pause));
        }
        if (mode != null) {
            RequestOptions.into(request, "pacing").put("mode", RequestOptions.constant(mode));
        }
    }
}
