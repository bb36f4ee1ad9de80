/** Changes who belongs to the cluster: MEET, REPLICATE, removal, and the settings that hold still meanwhile. */
package io.slotferry.activities.joining;
