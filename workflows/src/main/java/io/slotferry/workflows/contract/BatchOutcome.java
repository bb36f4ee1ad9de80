package io.slotferry.workflows.contract;

import java.util.Optional;

/**
 * How a batch ended. A worker that stops, or a cancel, ends it at a slot boundary with {@code complete} false: the same
 * order is then given again, or not.
 *
 * @param resumed slots that were owned by their targets already, or open, when this attempt began
 * @param millis that this attempt took
 * @param seen the processes at the ends of its lanes; absent from outcomes of earlier releases
 */
public record BatchOutcome(
        BatchProgress progress, boolean complete, int resumed, long millis, Optional<Processes> seen) {}
