package io.slotferry.starter;

import picocli.CommandLine.Option;

/** Of commands that show how a run goes. */
final class QuietOption {
    @Option(
            names = {"-q", "--quiet"},
            description = "do not tell how it goes meanwhile: what comes of it alone")
    private boolean quiet;

    boolean given() {
        return quiet;
    }
}
