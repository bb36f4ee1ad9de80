package io.slotferry.starter;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command speaks for itself: the SDK's log is off unless SLOTFERRY_LOG_LEVEL asks for it. */
final class Logging {
    private Logging() {}

    static void configure(Map<String, String> environment) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(Logger.ROOT_LOGGER_NAME)
                    .setLevel(Level.toLevel(environment.getOrDefault("SLOTFERRY_LOG_LEVEL", "OFF"), Level.OFF));
        }
    }
}
