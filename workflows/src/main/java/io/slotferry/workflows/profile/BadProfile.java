package io.slotferry.workflows.profile;

/** Temporal's configuration cannot be used. The message says what is amiss and where. */
public final class BadProfile extends Exception {
    private static final long serialVersionUID = 1;

    private final String next;

    BadProfile(String why, String next, Throwable cause) {
        super("Temporal's configuration cannot be used: " + why, cause);
        this.next = next;
    }

    /** What to type next. */
    public String next() {
        return next;
    }
}
