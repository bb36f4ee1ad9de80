/** What a batch waits for before it begins: nodes that are well, and load under the request's thresholds. */
package io.slotferry.activities.guard;
