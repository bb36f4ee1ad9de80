package io.slotferry.distribution;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;

/** The program as a person without a terminal calls it, whose temporal.toml names a server. */
final class RefusalsTerminal {
    private final Path home;
    private final StringWriter text = new StringWriter();

    RefusalsTerminal(Path home) {
        this.home = home;
    }

    /** How a command ended, and all that it printed: first to standard output, then to standard error. */
    record Done(int exit, String out, String err) {
        String all() {
            return out + err;
        }
    }

    /** Writes the profile that every later command finds, in the places where Linux and macOS look for it. */
    RefusalsTerminal at(String address, String namespace) {
        String profile = "[profile.default]\naddress = \"" + address + "\"\nnamespace = \"" + namespace + "\"\n";
        for (String place : new String[] {".config", "Library/Application Support"}) {
            write(home.resolve(place).resolve("temporalio/temporal.toml"), profile);
        }
        return this;
    }

    /** A file of that content. */
    Path file(String name, String content) {
        return write(home.resolve(name), content);
    }

    Done run(String... arguments) {
        StringWriter err = new StringWriter();
        text.getBuffer().setLength(0);
        CommandLine line = Slotferry.commandLine();
        line.setOut(new PrintWriter(text, true)).setErr(new PrintWriter(err, true));
        String before = System.setProperty("user.home", home.toString());
        try {
            int exit = line.execute(arguments);
            return new Done(exit, text.toString(), err.toString());
        } finally {
            System.setProperty("user.home", before);
        }
    }

    /** What the command that is running has printed so far. */
    String soFar() {
        return text.toString();
    }

    private static Path write(Path file, String content) {
        try {
            Files.createDirectories(file.getParent());
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
