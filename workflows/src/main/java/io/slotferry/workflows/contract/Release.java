package io.slotferry.workflows.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Which slotferry this is. Workers tell it to Temporal in their identity, so that a starter can see whom it talks to.
 *
 * @param commit empty where the build did not know it
 */
public record Release(String version, String commit) {
    private static final Release CURRENT = read();

    /** That of the running program. */
    public static Release current() {
        return CURRENT;
    }

    private static Release read() {
        Properties built = new Properties();
        try (InputStream file = Release.class.getResourceAsStream("release.properties")) {
            built.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Release(built.getProperty("version"), built.getProperty("commit", ""));
    }

    /** {@code slotferry 0.1.0 (fb28666)}. */
    @Override
    public String toString() {
        return "slotferry " + version + (commit.isEmpty() ? "" : " (" + commit + ")");
    }
}
