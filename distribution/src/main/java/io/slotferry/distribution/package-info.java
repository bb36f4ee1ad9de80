/** The one program: {@link io.slotferry.distribution.Slotferry} gathers the commands of the modules. */
package io.slotferry.distribution;
