package io.slotferry.activities.redis;

import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import java.net.UnknownHostException;
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
            super(address, address + describe(address, doing, root(cause)), cause);
        }

        @Override
        public Halt halt() {
            return new Halt(
                    FailureKind.NODE_UNREACHABLE,
                    getMessage(),
                    List.of(),
                    "see on the worker's host whether it answers (redis-cli -h "
                            + address().host() + " -p " + address().port()
                            + " ping); start it, or correct its address");
        }
    }

    /** What was seen of a node that gave no answer. */
    private static String describe(NodeAddress address, String doing, Throwable root) {
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        if (root instanceof UnknownHostException) {
            return " does not answer: no address is known for the host " + address.host();
        }
        // Jedis says so where the first byte of an answer is none of the protocol's.
        return message.startsWith("Unknown reply")
                ? " does not answer as Redis does (" + doing + "): something else listens there"
                : " does not answer (" + doing + "): " + message;
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
        private final String reply;
        private final String hint;

        CredentialRefused(NodeAddress address, String reply, String hint) {
            super(address, address + describe(reply) + ": " + reply, null);
            this.reply = reply;
            this.hint = hint;
        }

        private static String describe(String reply) {
            if (reply.startsWith("NOAUTH")) {
                return " asks for a password and got none";
            }
            return hasNone(reply)
                    ? " asks for no password, and the request names credentials"
                    : " refused the credentials";
        }

        private static boolean hasNone(String reply) {
            return reply.contains("without any password configured");
        }

        @Override
        public Halt halt() {
            return new Halt(
                    FailureKind.CREDENTIALS,
                    getMessage(),
                    List.of(),
                    hasNone(reply)
                            ? "give it the password of the other nodes (requirepass and masterauth, or an ACL user); or, where"
                                    + " no node has one, leave cluster.credentials out of the request"
                            : hint);
        }
    }

    /** Jedis keeps why it could not connect among the suppressed. */
    private static Throwable root(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null || root.getSuppressed().length > 0) {
            root = root.getCause() == null ? root.getSuppressed()[0] : root.getCause();
        }
        return root;
    }
}
