/**
 * Random faults over time on real processes: expansions that are met by whatever can die, freeze, be cut off or meddle, each
 * judged by what the cluster is in the end. {@code faults/run} runs it.
 *
 * <p>A seed gives a {@link io.slotferry.sandbox.faults.FaultScript}: the cluster's shape, the request, and when which fault
 * strikes. {@link io.slotferry.sandbox.faults.FaultRun} plays it; {@link io.slotferry.sandbox.faults.Judge} finds what is
 * not as it must be.
 */
package io.slotferry.sandbox.faults;
