package io.slotferry.starter;

import io.temporal.client.schedules.ScheduleCalendarSpec;
import io.temporal.client.schedules.ScheduleRange;
import io.temporal.client.schedules.ScheduleSpec;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** When a schedule starts runs. */
final class TimesOptions {
    private static final Pattern CALENDAR = Pattern.compile("(?:(\\S+)\\s+)?(\\d{2}:\\d{2}(?::\\d{2})?)");
    private static final Duration SHORTEST_CATCH_UP = Duration.ofSeconds(10);
    private static final Duration LONGEST_CATCH_UP = Duration.ofHours(6);
    private static final Duration USUAL_CATCH_UP = Duration.ofMinutes(10);

    @Option(
            names = "--calendar",
            paramLabel = "[DAYS ]HH:MM",
            description = "such as \"sat,sun 22:00\" or \"22:00\" for every day; may be repeated")
    private List<String> calendars = List.of();

    @Option(names = "--cron", paramLabel = "EXPRESSION", description = "such as \"0 22 * * SAT\"; may be repeated")
    private List<String> crons = List.of();

    @Option(
            names = "--once",
            paramLabel = "[YYYY-MM-DD ]HH:MM",
            description = "one time alone; without a date the next such time, as in \"tonight at 02:00\"")
    private String once;

    @Option(
            names = "--catch-up",
            paramLabel = "DURATION",
            description = "a start that was missed for longer than this is dropped; default: 10m")
    private String catchUp;

    boolean given() {
        return !calendars.isEmpty() || !crons.isEmpty() || once != null;
    }

    /** Whether one start is all. */
    boolean once() {
        return once != null;
    }

    /** How late a start may be; empty where nothing was said. */
    Optional<Duration> catchUp() {
        if (catchUp == null) {
            return Optional.empty();
        }
        try {
            Duration given = Duration.parse(Durations.iso(catchUp));
            if (given.compareTo(SHORTEST_CATCH_UP) >= 0 && given.compareTo(LONGEST_CATCH_UP) <= 0) {
                return Optional.of(given);
            }
        } catch (DateTimeException e) {
            // Said below, with what fits.
        }
        throw refused("--catch-up: \"" + catchUp + "\" is not a duration from 10s to 6h");
    }

    Duration catchUpOrUsual() {
        return catchUp().orElse(USUAL_CATCH_UP);
    }

    /**
     * The times as Temporal takes them.
     *
     * @param zone whose clock they are read on
     * @param now from which the next time is looked for
     */
    ScheduleSpec spec(ZoneId zone, Instant now) {
        if (Stream.of(!calendars.isEmpty(), !crons.isEmpty(), once != null)
                        .filter(given -> given)
                        .count()
                != 1) {
            throw refused("when runs start is said by one of --calendar, --cron and --once");
        }
        ScheduleSpec.Builder spec = ScheduleSpec.newBuilder();
        if (once != null) {
            // In UTC, since a zone's clock may show a time twice or never.
            return spec.setCalendars(List.of(moment(zone, now)))
                    .setTimeZoneName("UTC")
                    .build();
        }
        if (!crons.isEmpty()) {
            return spec.setCronExpressions(
                            crons.stream().map(cron -> cron + " # cron " + cron).toList())
                    .setTimeZoneName(zone.getId())
                    .build();
        }
        return spec.setCalendars(calendars.stream().map(TimesOptions::calendar).toList())
                .setTimeZoneName(zone.getId())
                .build();
    }

    private static ScheduleCalendarSpec calendar(String text) {
        Matcher matcher = CALENDAR.matcher(text.strip());
        if (!matcher.matches()) {
            throw refused("--calendar: \"" + text + "\" is not such as \"sat,sun 22:00\" or \"22:00\"");
        }
        LocalTime time = time("--calendar", matcher.group(2));
        ScheduleCalendarSpec.Builder calendar = at(time).setComment(text.strip());
        String days = matcher.group(1);
        if (days != null && !days.equalsIgnoreCase("daily")) {
            calendar.setDayOfWeek(
                    Arrays.stream(days.split(",")).map(TimesOptions::day).toList());
        }
        return calendar.build();
    }

    /** Sunday is 0. */
    private static ScheduleRange day(String text) {
        List<DayOfWeek> found = new ArrayList<>();
        for (DayOfWeek day : DayOfWeek.values()) {
            if (text.length() >= 2 && day.name().startsWith(text.toUpperCase(Locale.ROOT))) {
                found.add(day);
            }
        }
        if (found.size() != 1) {
            throw refused("--calendar: \"" + text + "\" is no day of the week, such as sat");
        }
        return new ScheduleRange(found.get(0).getValue() % 7);
    }

    private ScheduleCalendarSpec moment(ZoneId zone, Instant now) {
        ZonedDateTime at = dateTime(zone, now);
        if (!at.toInstant().isAfter(now)) {
            throw refused("--once: " + once + " in " + zone + " is over");
        }
        ZonedDateTime utc = at.withZoneSameInstant(ZoneOffset.UTC);
        return at(utc.toLocalTime())
                .setYear(List.of(new ScheduleRange(utc.getYear())))
                .setMonth(List.of(new ScheduleRange(utc.getMonthValue())))
                .setDayOfMonth(List.of(new ScheduleRange(utc.getDayOfMonth())))
                .setComment("once, " + at.toLocalDateTime() + " " + zone)
                .build();
    }

    private ZonedDateTime dateTime(ZoneId zone, Instant now) {
        String text = once.strip();
        if (!text.contains("-")) {
            ZonedDateTime today =
                    now.atZone(zone).toLocalDate().atTime(time("--once", text)).atZone(zone);
            return today.toInstant().isAfter(now)
                    ? today
                    : now.atZone(zone)
                            .toLocalDate()
                            .plusDays(1)
                            .atTime(time("--once", text))
                            .atZone(zone);
        }
        try {
            return LocalDateTime.parse(text.replaceFirst("\\s+", "T")).atZone(zone);
        } catch (DateTimeException e) {
            throw refused("--once: \"" + once + "\" is not such as \"2026-11-22 02:00\" or \"02:00\"");
        }
    }

    private static LocalTime time(String option, String text) {
        try {
            return LocalTime.parse(text);
        } catch (DateTimeException e) {
            throw refused(option + ": \"" + text + "\" is not a time of day such as \"22:00\"");
        }
    }

    private static ScheduleCalendarSpec.Builder at(LocalTime time) {
        return ScheduleCalendarSpec.newBuilder()
                .setHour(List.of(new ScheduleRange(time.getHour())))
                .setMinutes(List.of(new ScheduleRange(time.getMinute())))
                .setSeconds(List.of(new ScheduleRange(time.getSecond())));
    }

    private static CommandException refused(String message) {
        return new CommandException(
                ExitCode.BAD_REQUEST, message + ". Nothing was sent.", "slotferry help schedule create");
    }
}
