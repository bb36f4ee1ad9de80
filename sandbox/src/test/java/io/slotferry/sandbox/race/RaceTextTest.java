package io.slotferry.sandbox.race;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RaceTextTest {
    private static final List<Standing> MIDWAY = List.of(
            Standing.of("redis-cli", 4_096, Samples.cli().samples().subList(0, 4), OptionalDouble.empty()),
            Standing.of("slotferry", 4_096, Samples.slotferry().samples().subList(0, 4), OptionalDouble.of(2)));

    @Test
    void the_display_shows_how_far_each_is_and_what_clients_feel() {
        assertThat(RaceText.display(4, MIDWAY, 80)).containsExactly("""
                4 s
                redis-cli  [######################-----------------------]  2,048 of 4,096 slots
                           62,500 keys, 15,625 keys/s; worst answer 2.0 ms
                slotferry  [#############################################]  4,096 of 4,096 slots
                           125,000 keys, done in 2.0 s; worst answer 0.5 ms
                """.split("\n"));
    }

    @Test
    void no_line_of_the_display_is_wider_than_a_narrow_terminal() {
        assertThat(RaceText.display(4, MIDWAY, 50))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(50));
    }

    @Test
    void a_log_gets_a_line_for_each() {
        assertThat(RaceText.lines(4, MIDWAY)).containsExactly("""
                    4 s  redis-cli   2,048 slots, 62,500 keys, 15,625 keys/s; worst answer 2.0 ms
                    4 s  slotferry   4,096 slots, 125,000 keys, done in 2.0 s; worst answer 0.5 ms
                """.split("\n"));
    }

    @Test
    void nothing_has_moved_before_the_first_look() {
        Standing standing = Standing.of("slotferry", 4_096, List.of(), OptionalDouble.empty());
        assertThat(standing.slots()).isZero();
        assertThat(standing.keysPerSecond()).isZero();
        assertThat(RaceText.display(0, List.of(standing), 80).get(1)).contains("     0 of 4,096 slots");
    }

    @Test
    void the_worst_answer_shown_is_that_of_the_last_second_and_keys_a_second_those_of_the_last_two() {
        List<Sample> samples = List.of(
                new Sample(1, 10, 100, 70),
                new Sample(2, 20, 200, 3),
                new Sample(2.5, 30, 400, 8),
                new Sample(3, 40, 500, 2));
        Standing standing = Standing.of("slotferry", 100, samples, OptionalDouble.empty());
        assertThat(standing.worst()).isEqualTo(8);
        assertThat(standing.keysPerSecond()).isEqualTo(200);
    }

    @Test
    void the_table_says_how_fast_each_was() {
        assertThat(RaceText.speeds(List.of(Samples.cli(), Samples.slotferry()))).containsExactly("""
                             seconds         keys     keys/s   slots/s   ratio
                redis-cli        8.0      125,000     15,625       512    1.0x
                slotferry        2.0      125,000     62,500     2,048    4.0x
                """.split("\n"));
    }

    @Test
    void the_table_says_what_clients_felt() {
        assertThat(RaceText.clients(List.of(Samples.cli(), Samples.slotferry())))
                .containsExactly("""
                clients wait, in ms                  mean        p99      p99.9      worst
                redis-cli, before                    0.21       0.60        1.3        2.4
                redis-cli, while slots move          0.71       6.20       40.1       90.0
                slotferry, before                    0.20       0.50        1.2        2.2
                slotferry, while slots move          0.90       4.40        8.1        9.0
                """.split("\n"));
    }

    @Test
    void who_lost_keys_or_gave_up_has_no_speed() {
        assertThat(RaceText.speeds(List.of(Samples.cli(), Samples.broken())).get(2))
                .isEqualTo("slotferry        2.0  not as it should be");
    }
}
