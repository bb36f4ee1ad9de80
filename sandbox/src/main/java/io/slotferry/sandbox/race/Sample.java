package io.slotferry.sandbox.race;

/**
 * A look at a lane.
 *
 * @param at seconds since the start; it tells of the time since the look before
 * @param slots of the new master
 * @param keys of the new master
 * @param worst the longest, in milliseconds, that a write had waited which was answered since the look before; 0 where none was
 */
public record Sample(double at, int slots, long keys, double worst) {}
