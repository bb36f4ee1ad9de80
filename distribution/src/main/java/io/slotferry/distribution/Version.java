package io.slotferry.distribution;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code slotferry --version} prints: version, commit where the build knew it, and the JVM that runs. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        Properties built = built();
        String commit = built.getProperty("commit", "");
        return new String[] {
            "slotferry " + built.getProperty("version") + (commit.isEmpty() ? "" : " (" + commit + ")"),
            "Java " + System.getProperty("java.version") + ", " + System.getProperty("java.vendor")
        };
    }

    private static Properties built() {
        Properties properties = new Properties();
        try (InputStream file = Version.class.getResourceAsStream("version.properties")) {
            properties.load(file);
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
