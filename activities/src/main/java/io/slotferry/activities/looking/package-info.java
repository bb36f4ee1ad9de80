/** The activities that look and change nothing: preflight, plan, validation. */
package io.slotferry.activities.looking;
