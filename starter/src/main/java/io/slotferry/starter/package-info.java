/**
 * The CLI that starts, watches and steers runs. It talks to Temporal and never to a node: what it shows is the run's
 * status, what the batch in hand reports by heartbeat, and the run's result.
 */
package io.slotferry.starter;
