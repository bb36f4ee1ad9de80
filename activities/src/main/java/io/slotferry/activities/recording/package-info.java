/**
 * The activities that concern Temporal itself and the worker's own disk: search attributes, leases of other runs, and
 * report files. Nothing here talks to a node.
 */
package io.slotferry.activities.recording;
