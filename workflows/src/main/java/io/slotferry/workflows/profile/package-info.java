/** How programs find Temporal. No workflow's business: it reads files and the environment. */
package io.slotferry.workflows.profile;
