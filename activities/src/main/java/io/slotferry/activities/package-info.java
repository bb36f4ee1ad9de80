/** The activities on real nodes, gathered for the worker; each room below does one kind of work. */
package io.slotferry.activities;
