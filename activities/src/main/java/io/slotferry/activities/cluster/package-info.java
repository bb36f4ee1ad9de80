/** Reads the whole cluster: every node's view, side by side. */
package io.slotferry.activities.cluster;
