/** The lease: one run at a time holds a cluster, because its workflow ID exists once. */
package io.slotferry.workflows.lease;
