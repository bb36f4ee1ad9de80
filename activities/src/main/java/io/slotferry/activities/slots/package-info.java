/**
 * Moves batches of slots by keys. Works without Temporal: the activity, benchmarks and tests call the same
 * {@link io.slotferry.activities.slots.BatchMover}. Idempotent and convergent: it reads who owns each slot, what is open and
 * who is master, and does what is left.
 */
package io.slotferry.activities.slots;
