package io.slotferry.distribution;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
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

    /** Writes the profile that every later command finds. */
    RefusalsTerminal at(String address, String namespace) {
        write(profile(), "[profile.default]\naddress = \"" + address + "\"\nnamespace = \"" + namespace + "\"\n");
        return this;
    }

    /** A file of that content. */
    Path file(String name, String content) {
        return write(home.resolve(name), content);
    }

    Done run(String... arguments) {
        StringWriter err = new StringWriter();
        text.getBuffer().setLength(0);
        CommandLine line = Slotferry.commandLine(this::command);
        line.setOut(new PrintWriter(text, true)).setErr(new PrintWriter(err, true));
        int exit = line.execute(arguments);
        return new Done(exit, text.toString(), err.toString());
    }

    /** A command that talks to Temporal finds the profile; any other is made as the program makes it. */
    private <K> K command(Class<K> type) throws Exception {
        for (Constructor<?> constructor : type.getConstructors()) {
            if (Arrays.equals(constructor.getParameterTypes(), new Class<?>[] {Map.class})) {
                return type.cast(constructor.newInstance(environment()));
            }
        }
        return CommandLine.defaultFactory().create(type);
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("TEMPORAL_CONFIG_FILE", profile().toString());
        return environment;
    }

    private Path profile() {
        return home.resolve("temporal.toml");
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
