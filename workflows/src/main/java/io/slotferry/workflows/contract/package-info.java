/**
 * All that starter and worker share: the request, the plan's JSON form, status, result, the activities' interfaces and the
 * kinds of failure. Everything that crosses into Temporal's history is declared here, as plain records and enums.
 */
package io.slotferry.workflows.contract;
