/** Room of the activities module. */
package io.slotferry.activities;
