/** How fast a batch moves: at one speed, or as fast as clients of its nodes do not notice. */
package io.slotferry.activities.pacing;
