package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** When batches may start. */
final class WindowOptions {
    private static final Pattern HOURS = Pattern.compile("([^-]+)-([^-]+)");
    private static final String NONE = "none";

    @Option(
            names = "--window",
            paramLabel = "FROM-TO",
            description = "hours of the day in which batches may start, such as 01:00-05:00; with --zone")
    private String window;

    @Option(names = "--zone", paramLabel = "ZONE", description = "whose clock they are read on, such as Europe/Berlin")
    private String zone;

    boolean given() {
        return window != null || zone != null;
    }

    /** The zone that was given; empty where none was. */
    Optional<String> zone() {
        return Optional.ofNullable(zone);
    }

    /** The same where the zone says the hours of something else, too: alone it makes no window. */
    void overlaySharedZone(ObjectNode request) {
        if (window != null || request.has("window")) {
            overlay(request);
        }
    }

    /** Puts what was given in the place of the request's. */
    void overlay(ObjectNode request) {
        if (window != null && window.equalsIgnoreCase(NONE)) {
            request.put("window", NONE);
            return;
        }
        if (window != null) {
            Matcher hours = HOURS.matcher(window);
            if (!hours.matches()) {
                throw new CommandException(
                        ExitCode.BAD_REQUEST,
                        "--window: \"" + window + "\" is not FROM-TO, such as 01:00-05:00. Nothing was sent.",
                        "give the hours with a dash between them");
            }
            RequestOptions.into(request, "window")
                    .put("from", hours.group(1).strip())
                    .put("to", hours.group(2).strip());
        }
        if (zone != null) {
            RequestOptions.into(request, "window").put("zone", zone);
        }
    }
}
