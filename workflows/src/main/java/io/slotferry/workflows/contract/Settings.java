package io.slotferry.workflows.contract;

import io.slotferry.planning.Member;
import java.util.List;

/**
 * Values of one configuration parameter by node, as they were before this run touched it: what is put back.
 *
 * @param parameter such as {@code cluster-allow-replica-migration}
 */
public record Settings(String parameter, List<Prior> priors) {
    public Settings {
        priors = List.copyOf(priors);
    }

    /** What one node had. */
    public record Prior(Member node, String value) {}
}
