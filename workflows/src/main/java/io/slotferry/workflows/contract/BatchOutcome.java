package io.slotferry.workflows.contract;

/**
 * How a batch ended. A worker that stops, or a cancel, ends it at a slot boundary with {@code complete} false: the same
 * order is then given again, or not.
 *
 * @param resumed slots that were owned by their targets already, or open, when this attempt began
 * @param millis that this attempt took
 */
public record BatchOutcome(BatchProgress progress, boolean complete, int resumed, long millis) {}
