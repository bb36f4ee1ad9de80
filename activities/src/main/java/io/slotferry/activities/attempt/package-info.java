/**
 * What ties work on nodes to the one attempt that may do it: heartbeats, the deadline by which it stops by itself, the
 * connections that its successor kills, and the way failures leave an activity.
 */
package io.slotferry.activities.attempt;
