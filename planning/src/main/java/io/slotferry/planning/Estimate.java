package io.slotferry.planning;

import java.time.Duration;

/**
 * What a plan is expected to cost.
 *
 * @param keys keys that will move, from the sources' key counts in proportion to the slots they give
 * @param duration of the reshard with its pauses, without waiting for windows, load or people
 */
public record Estimate(long keys, Duration duration) {}
