package io.slotferry.activities.redis;

import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import java.util.List;

/** What can go wrong between slotferry and one node. */
public abstract sealed class NodeFailure extends RuntimeException {
    private final transient NodeAddress address;

    private NodeFailure(NodeAddress address, String message, Throwable cause) {
        super(message, cause);
        this.address = address;
    }

    public NodeAddress address() {
        return address;
    }

    /** As failures carry it. */
    public abstract Halt halt();

    /** No connection, or no answer in time. Whether the last command took effect is not known. */
    public static final class Unreachable extends NodeFailure {
        Unreachable(NodeAddress address, String doing, Throwable cause) {
            super(address, address + " does not answer (" + doing + "): " + rootMessage(cause), cause);
        }

        @Override
        public Halt halt() {
            return new Halt(
                    FailureKind.NODE_UNREACHABLE,
                    getMessage(),
                    List.of(),
                    "see whether the node runs and whether the worker can reach " + address());
        }
    }

    /** The node answered with an error. */
    public static final class Refused extends NodeFailure {
        private final String reply;

        Refused(NodeAddress address, String command, String reply) {
            super(address, address + " refused " + command + ": " + reply, null);
            this.reply = reply;
        }

        /** The error as the node worded it. */
        public String reply() {
            return reply;
        }

        @Override
        public Halt halt() {
            return new Halt(
                    FailureKind.NODE_REFUSED,
                    getMessage(),
                    List.of(),
                    "see the node's log and the rights of slotferry's user, then slotferry retry");
        }
    }

    /** The node wants a credential, or another one, or grants it too little. */
    public static final class CredentialRefused extends NodeFailure {
        private final String hint;

        CredentialRefused(NodeAddress address, String reply, String hint) {
            super(address, address + " refused the credential: " + reply, null);
            this.hint = hint;
        }

        @Override
        public Halt halt() {
            return new Halt(FailureKind.CREDENTIALS, getMessage(), List.of(), hint);
        }
    }

    private static String rootMessage(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null ? root.getClass().getSimpleName() : message;
    }
}
