package io.slotferry.worker;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.net.URL;
import org.slf4j.LoggerFactory;

/**
 * The worker's logging: to stderr, at the level of SLOTFERRY_LOG_LEVEL. Set up by hand since the one runnable jar holds
 * commands whose logging differs.
 */
final class Logging {
    private Logging() {}

    static void configure() {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return;
        }
        URL configuration = Logging.class.getResource("/slotferry-worker-logback.xml");
        context.reset();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        try {
            configurator.doConfigure(configuration);
        } catch (JoranException e) {
            throw new IllegalStateException("broken logging configuration " + configuration, e);
        }
    }
}
