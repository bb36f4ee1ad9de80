/** Runs of slotferry beside redis-cli on the same data and server. */
package io.slotferry.benchmarks;
