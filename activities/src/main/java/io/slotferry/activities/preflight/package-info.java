/** The checks that come before anything changes: every one answers, none stops at the first failure. */
package io.slotferry.activities.preflight;
