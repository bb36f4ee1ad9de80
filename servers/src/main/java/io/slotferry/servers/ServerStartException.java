package io.slotferry.servers;

/** A server could not be found, started, or brought to the state that was asked for. The message says what to do. */
public class ServerStartException extends RuntimeException {
    public ServerStartException(String message) {
        super(message);
    }

    public ServerStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
