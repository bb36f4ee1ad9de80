/**
 * Pure planning: the cluster as its nodes see it, shares, moves, batches, pairings, fingerprint, reverse plan and
 * invariants, as functions over immutable values. Knows no wire format, no clock, no network and no library beyond the
 * JDK, so that everything in it can be proven with plain tests.
 */
package io.slotferry.planning;
