/** Room of the workflows module. */
package io.slotferry.workflows;
