/**
 * Explains any cluster, a broken one too: what was seen, what it means, and the commands that mend it. Reads and changes
 * nothing.
 */
package io.slotferry.activities.inspect;
