/** Room of the worker module. */
package io.slotferry.worker;
