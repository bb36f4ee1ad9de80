package io.slotferry.activities.pacing;

/**
 * What says that a node has enough to do.
 *
 * @param text for a person
 */
record Pressure(Cause cause, String text) {}
