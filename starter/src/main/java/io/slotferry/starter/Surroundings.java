package io.slotferry.starter;

import java.io.InputStream;
import java.util.Map;

/** What a command finds around itself: the process's own, or a test's. */
record Surroundings(Map<String, String> environment, Terminal terminal, InputStream input) {
    static Surroundings ofProcess() {
        return of(System.getenv());
    }

    /** The process's own, with these variables in place of its environment. */
    static Surroundings of(Map<String, String> environment) {
        return new Surroundings(environment, Terminal.system(environment), System.in);
    }

    /** Colours and redrawing are for terminals that can, and whose user did not object (no-color.org). */
    boolean colour() {
        return movable() && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** Whether the cursor can be moved, so that a display can be redrawn in place. */
    boolean movable() {
        return terminal.interactive() && !"dumb".equals(environment.get("TERM"));
    }
}
