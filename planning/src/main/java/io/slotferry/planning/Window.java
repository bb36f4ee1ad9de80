package io.slotferry.planning;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;

/**
 * The hours of a day in which batches may start, by the clock of a zone, over midnight where {@code to} is not after
 * {@code from}.
 *
 * <p>Where the clock is put forward over one of its ends, that end is the moment of the change. Where it is put back over
 * one, which it then shows twice, the window begins at the second and ends at the first time: in doubt it is shorter. Where
 * that leaves nothing, it ends at the second, too. So whenever it is open, the zone's clock shows a time within it.
 *
 * @param from the first moment of the window
 * @param to the first moment after it; another one than {@code from}
 */
public record Window(LocalTime from, LocalTime to, ZoneId zone) {
    public Window {
        if (from.equals(to)) {
            throw new IllegalArgumentException("a window from " + from + " to " + to + " has no length");
        }
    }

    /**
     * One occurrence of the window.
     *
     * @param opens its first moment
     * @param closes the first moment after it
     */
    public record Night(Instant opens, Instant closes) {
        public boolean open(Instant now) {
            return !now.isBefore(opens) && now.isBefore(closes);
        }

        public Duration length() {
            return Duration.between(opens, closes);
        }

        /** Between now, or its begin where that is to come, and its end. */
        public Duration left(Instant now) {
            return Duration.between(open(now) ? now : opens, closes);
        }
    }

    /** The night that is open now, or else the next one. */
    public Night night(Instant now) {
        // A window over midnight that is open now began the day before.
        for (LocalDate day = now.atZone(zone).toLocalDate().minusDays(1); ; day = day.plusDays(1)) {
            Night night = night(day);
            if (night.closes().isAfter(now) && night.closes().isAfter(night.opens())) {
                return night;
            }
        }
    }

    /** The night after this one. */
    public Night after(Night night) {
        return night(night.closes());
    }

    /** The night that begins on this day; without length where the clock was put forward over all of it. */
    private Night night(LocalDate day) {
        Instant opens = moment(day.atTime(from), true);
        LocalDateTime end = (to.isAfter(from) ? day : day.plusDays(1)).atTime(to);
        Instant closes = moment(end, false);
        return new Night(opens, closes.isAfter(opens) ? closes : moment(end, true));
    }

    /** When the zone's clock shows this time: for the second time, where it does so twice. */
    private Instant moment(LocalDateTime time, boolean second) {
        ZoneOffsetTransition change = zone.getRules().getTransition(time);
        if (change != null && change.isGap()) {
            return change.getInstant();
        }
        ZonedDateTime first = ZonedDateTime.of(time, zone);
        return (second ? first.withLaterOffsetAtOverlap() : first.withEarlierOffsetAtOverlap()).toInstant();
    }

    /** For a person: {@code 01:00-05:00 Europe/Berlin}. */
    @Override
    public String toString() {
        return from + "-" + to + " " + zone;
    }
}
