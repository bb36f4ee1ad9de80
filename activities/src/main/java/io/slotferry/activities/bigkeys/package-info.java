/** Looks at every key of a cluster, slowly enough for its clients, and finds those too big to be moved unnoticed. */
package io.slotferry.activities.bigkeys;
