/**
 * The workflow of an expansion. Read {@link io.slotferry.workflows.expand.Expansion} first: it is the order of events.
 * {@code Run} is what a run knows of itself, {@code Steering} what people ask of it, {@code Changes} what would have to be
 * undone. Everything here is deterministic: it decides from the request and the activities' answers alone.
 */
package io.slotferry.workflows.expand;
