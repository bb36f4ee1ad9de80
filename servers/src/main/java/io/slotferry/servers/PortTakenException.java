package io.slotferry.servers;

/** A server found its port taken although it was free a moment ago: to be started again on another one. */
final class PortTakenException extends ServerStartException {
    PortTakenException(String message) {
        super(message);
    }
}
