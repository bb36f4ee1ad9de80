package io.slotferry.starter;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The person's end of the command: whether there is one, how wide the screen is, and what is answered. */
interface Terminal {
    int DEFAULT_WIDTH = 80;

    /** Whether somebody reads the output and can answer. */
    boolean interactive();

    /** In columns. */
    int width();

    /** Asks; empty where the input ended. */
    Optional<String> ask(String question);

    /** Asks for a yes; anything else, and no answer, is a no. */
    default boolean confirms(String question) {
        return ask(question + " [y/N] ")
                .filter(answer -> answer.strip().matches("(?i)y(es)?"))
                .isPresent();
    }

    /** Nobody is there. */
    static Terminal none() {
        return new Terminal() {
            @Override
            public boolean interactive() {
                return false;
            }

            @Override
            public int width() {
                return DEFAULT_WIDTH;
            }

            @Override
            public Optional<String> ask(String question) {
                return Optional.empty();
            }
        };
    }

    /** The terminal of this process; nobody where input or output is redirected. */
    @SuppressWarnings("SystemConsoleNull") // null tells on Java 17 to 21; from 22 on isTerminal() does
    static Terminal system(Map<String, String> environment) {
        Console console = System.console();
        return console == null || !isTerminal(console) ? none() : new SystemTerminal(console, environment);
    }

    /** From Java 22 on there is a Console for redirected streams too, which then says so itself. */
    private static boolean isTerminal(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /** A console. */
    record SystemTerminal(Console console, Map<String, String> environment) implements Terminal {
        @Override
        public boolean interactive() {
            return true;
        }

        @Override
        public int width() {
            int stated = number(environment.getOrDefault("COLUMNS", ""));
            return stated > 0 ? stated : asked();
        }

        @Override
        public Optional<String> ask(String question) {
            return Optional.ofNullable(console.readLine("%s", question));
        }

        /** The JDK does not know; stty(1) does, from the terminal that it inherits. */
        private static int asked() {
            try {
                Process stty = new ProcessBuilder("stty", "size")
                        .redirectInput(ProcessBuilder.Redirect.INHERIT)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (!stty.waitFor(1, TimeUnit.SECONDS)) {
                    stty.destroyForcibly();
                    return DEFAULT_WIDTH;
                }
                String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
                int columns = number(size.substring(size.lastIndexOf(' ') + 1));
                return columns > 0 ? columns : DEFAULT_WIDTH;
            } catch (IOException e) {
                return DEFAULT_WIDTH;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return DEFAULT_WIDTH;
            }
        }

        private static int number(String text) {
            return text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        }
    }
}
