/** Room of the starter module. */
package io.slotferry.starter;
