/** Backups: an RDB of every master, streamed over the wire into a store, proven, and described by a manifest. */
package io.slotferry.activities.backup;
