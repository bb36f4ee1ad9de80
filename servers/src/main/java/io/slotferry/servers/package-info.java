/** Room of the servers module. */
package io.slotferry.servers;
