package io.slotferry.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.planning.Window.Night;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowTest {
    /** Berlin puts its clock forward on 2026-03-29 at 01:00Z, from 02:00 to 03:00, and back on 2026-10-25 at 01:00Z. */
    @ParameterizedTest(name = "{0}-{1} {2} at {3}: {4} to {5}")
    @CsvSource({
        // Within a day: before it, at its first moment, inside, at its last second, at its end.
        "01:00, 05:00, UTC, 2026-06-01T00:30:00Z, 2026-06-01T01:00:00Z, 2026-06-01T05:00:00Z",
        "01:00, 05:00, UTC, 2026-06-01T01:00:00Z, 2026-06-01T01:00:00Z, 2026-06-01T05:00:00Z",
        "01:00, 05:00, UTC, 2026-06-01T03:00:00Z, 2026-06-01T01:00:00Z, 2026-06-01T05:00:00Z",
        "01:00, 05:00, UTC, 2026-06-01T04:59:59Z, 2026-06-01T01:00:00Z, 2026-06-01T05:00:00Z",
        "01:00, 05:00, UTC, 2026-06-01T05:00:00Z, 2026-06-02T01:00:00Z, 2026-06-02T05:00:00Z",
        // Over midnight: in the evening, after midnight, in the morning.
        "22:00, 04:00, UTC, 2026-06-01T21:59:59Z, 2026-06-01T22:00:00Z, 2026-06-02T04:00:00Z",
        "22:00, 04:00, UTC, 2026-06-01T23:00:00Z, 2026-06-01T22:00:00Z, 2026-06-02T04:00:00Z",
        "22:00, 04:00, UTC, 2026-06-02T03:59:59Z, 2026-06-01T22:00:00Z, 2026-06-02T04:00:00Z",
        "22:00, 04:00, UTC, 2026-06-02T04:00:00Z, 2026-06-02T22:00:00Z, 2026-06-03T04:00:00Z",
        "22:00, 00:00, UTC, 2026-06-01T23:59:59Z, 2026-06-01T22:00:00Z, 2026-06-02T00:00:00Z",
        "00:00, 06:00, UTC, 2026-06-01T23:00:00Z, 2026-06-02T00:00:00Z, 2026-06-02T06:00:00Z",
        // By the zone's clock, whose day may be another one.
        "01:00, 05:00, Europe/Berlin, 2026-06-01T22:30:00Z, 2026-06-01T23:00:00Z, 2026-06-02T03:00:00Z",
        "01:00, 05:00, Pacific/Auckland, 2026-06-01T12:00:00Z, 2026-06-01T13:00:00Z, 2026-06-01T17:00:00Z",
        "01:00, 05:00, America/Los_Angeles, 2026-06-01T12:00:00Z, 2026-06-02T08:00:00Z, 2026-06-02T12:00:00Z",
        "01:00, 05:00, Asia/Kathmandu, 2026-06-01T12:00:00Z, 2026-06-01T19:15:00Z, 2026-06-01T23:15:00Z",
        "01:00, 05:00, +02:00, 2026-03-29T12:00:00Z, 2026-03-29T23:00:00Z, 2026-03-30T03:00:00Z",
        // The clock is put forward: within the window, over its begin, over its end.
        "01:00, 05:00, Europe/Berlin, 2026-03-28T12:00:00Z, 2026-03-29T00:00:00Z, 2026-03-29T03:00:00Z",
        "02:30, 05:00, Europe/Berlin, 2026-03-28T12:00:00Z, 2026-03-29T01:00:00Z, 2026-03-29T03:00:00Z",
        "01:00, 02:30, Europe/Berlin, 2026-03-28T12:00:00Z, 2026-03-29T00:00:00Z, 2026-03-29T01:00:00Z",
        "02:00, 03:00, Europe/Berlin, 2026-03-28T12:00:00Z, 2026-03-30T00:00:00Z, 2026-03-30T01:00:00Z",
        "02:10, 02:50, Europe/Berlin, 2026-03-28T12:00:00Z, 2026-03-30T00:10:00Z, 2026-03-30T00:50:00Z",
        // The clock is put back: within the window, over its begin, over its end, over both.
        "01:00, 05:00, Europe/Berlin, 2026-10-24T12:00:00Z, 2026-10-24T23:00:00Z, 2026-10-25T04:00:00Z",
        "02:30, 05:00, Europe/Berlin, 2026-10-24T12:00:00Z, 2026-10-25T01:30:00Z, 2026-10-25T04:00:00Z",
        "01:00, 02:30, Europe/Berlin, 2026-10-24T12:00:00Z, 2026-10-24T23:00:00Z, 2026-10-25T00:30:00Z",
        "02:10, 02:50, Europe/Berlin, 2026-10-24T12:00:00Z, 2026-10-25T01:10:00Z, 2026-10-25T01:50:00Z",
        "22:00, 02:30, Europe/Berlin, 2026-10-24T12:00:00Z, 2026-10-24T20:00:00Z, 2026-10-25T00:30:00Z",
        // Zones that change by half an hour, and at midnight.
        "01:45, 03:00, Australia/Lord_Howe, 2026-04-04T12:00:00Z, 2026-04-04T15:15:00Z, 2026-04-04T16:30:00Z",
        "00:15, 02:00, America/Havana, 2026-03-07T12:00:00Z, 2026-03-08T05:00:00Z, 2026-03-08T06:00:00Z"
    })
    void the_night_is_the_open_one_or_the_next(
            String from, String to, String zone, Instant now, Instant opens, Instant closes) {
        assertThat(window(from, to, zone).night(now)).isEqualTo(new Night(opens, closes));
    }

    @Test
    void after_a_night_comes_that_of_the_next_day() {
        Window window = window("22:00", "04:00", "UTC");
        Night first = window.night(Instant.parse("2026-06-01T12:00:00Z"));

        assertThat(window.after(first))
                .isEqualTo(new Night(Instant.parse("2026-06-02T22:00:00Z"), Instant.parse("2026-06-03T04:00:00Z")));
    }

    @Test
    void what_is_left_of_a_night_to_come_is_its_length() {
        Night night = window("01:00", "05:00", "UTC").night(Instant.parse("2026-06-01T00:00:00Z"));

        assertThat(night.left(Instant.parse("2026-06-01T00:00:00Z"))).isEqualTo(Duration.ofHours(4));
        assertThat(night.left(Instant.parse("2026-06-01T04:30:00Z"))).isEqualTo(Duration.ofMinutes(30));
        assertThat(night.length()).isEqualTo(Duration.ofHours(4));
    }

    @Test
    void a_window_without_length_is_none() {
        assertThatThrownBy(() -> window("01:00", "01:00", "UTC"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no length");
    }

    @Property
    void while_a_night_is_open_the_clock_shows_a_time_within_the_window(
            @ForAll("windows") Window window, @ForAll("moments") Instant now) {
        Night night = window.night(now);

        assertThat(night.closes()).isAfter(now).isAfter(night.opens());
        assertThat(night.opens()).isBefore(now.plus(Duration.ofHours(73)));
        assertThat(within(window, night.opens())).as("%s opens", night).isTrue();
        assertThat(within(window, night.closes().minusMillis(1)))
                .as("%s closes", night)
                .isTrue();
        assertThat(night.length()).isLessThanOrEqualTo(Duration.ofHours(25));
    }

    @Property
    void nights_follow_each_other_without_overlapping(
            @ForAll("windows") Window window, @ForAll("moments") Instant now) {
        Night night = window.night(now);
        Night next = window.after(night);

        assertThat(next.opens()).isAfterOrEqualTo(night.closes());
        assertThat(window.night(night.opens())).isEqualTo(night);
        assertThat(window.night(night.closes().minusMillis(1))).isEqualTo(night);
    }

    private static boolean within(Window window, Instant moment) {
        LocalTime clock = moment.atZone(window.zone()).toLocalTime();
        return window.from().isBefore(window.to())
                ? !clock.isBefore(window.from()) && clock.isBefore(window.to())
                : !clock.isBefore(window.from()) || clock.isBefore(window.to());
    }

    @Provide
    Arbitrary<Window> windows() {
        Arbitrary<LocalTime> times =
                Arbitraries.integers().between(0, 24 * 12 - 1).map(n -> LocalTime.of(n / 12, n % 12 * 5));
        Arbitrary<String> zones = Arbitraries.of(
                "UTC",
                "Europe/Berlin",
                "America/New_York",
                "America/Havana",
                "Australia/Lord_Howe",
                "Asia/Kathmandu",
                "Africa/Cairo",
                "Pacific/Apia",
                "Asia/Beirut",
                "+05:30");
        return Combinators.combine(times, times, zones)
                .filter((from, to, zone) -> !from.equals(to))
                .as((from, to, zone) -> new Window(from, to, ZoneId.of(zone)));
    }

    /** Over ten years, by the minute. */
    @Provide
    Arbitrary<Instant> moments() {
        return Arbitraries.longs()
                .between(0, Duration.ofDays(3653).toMinutes())
                .map(minutes -> Instant.parse("2020-01-01T00:00:00Z").plus(Duration.ofMinutes(minutes)));
    }

    private static Window window(String from, String to, String zone) {
        return new Window(LocalTime.parse(from), LocalTime.parse(to), ZoneId.of(zone));
    }
}
