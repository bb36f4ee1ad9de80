/** {@code slotferry demo}: a cluster of this machine grows while clients use it, and every write is audited. */
package io.slotferry.sandbox.demo;
