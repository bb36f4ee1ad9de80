/** Room of the distribution module. */
package io.slotferry.distribution;
