package io.slotferry.distribution;

import io.slotferry.workflows.contract.Release;
import picocli.CommandLine.IVersionProvider;

/** What {@code slotferry --version} prints: version, commit where the build knew it, and the JVM that runs. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            Release.current().toString(),
            "Java " + System.getProperty("java.version") + ", " + System.getProperty("java.vendor")
        };
    }
}
