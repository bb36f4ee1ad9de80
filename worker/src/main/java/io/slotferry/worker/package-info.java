/** The worker's main program: connection, registration, and a stop that leaves no slot half moved. */
package io.slotferry.worker;
