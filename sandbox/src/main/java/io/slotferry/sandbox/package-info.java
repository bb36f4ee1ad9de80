/** Room of the sandbox module. */
package io.slotferry.sandbox;
