/**
 * Proof by use: clients that write and read through a cluster while it changes, and an audit that reads back every
 * acknowledged write.
 *
 * <p>{@link io.slotferry.sandbox.Traffic} writes, reads and measures, {@link io.slotferry.sandbox.Dataset} fills a
 * cluster quickly and knows every key's value by its name, {@link io.slotferry.sandbox.Audit} compares what was
 * acknowledged with what is there, and where it lies.
 */
package io.slotferry.sandbox;
