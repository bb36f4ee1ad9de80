/** Resolves the names of credentials that requests carry; no secret leaves the worker. */
package io.slotferry.activities.credentials;
