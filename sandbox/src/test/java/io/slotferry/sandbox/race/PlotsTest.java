package io.slotferry.sandbox.race;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.sandbox.race.OpenLoop.Felt;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class PlotsTest {
    private static final List<Outcome> RACE = List.of(Samples.cli(), Samples.slotferry());

    @Test
    void the_text_plot_has_a_panel_for_each_with_the_same_axes() throws IOException {
        assertThat(String.join("\n", TextPlot.lines(RACE)) + "\n").isEqualTo(golden("plot.txt"));
    }

    @Test
    void the_text_plot_fits_80_columns_whatever_the_answers() {
        for (double worst : new double[] {0, 0.001, 0.1, 1, 99.99, 10_000, 600_000}) {
            Outcome outcome = new Outcome(
                    "slotferry",
                    123_456.7,
                    4_096,
                    1,
                    new Felt(0, 0, 0, 0),
                    new Felt(0, 0, 0, worst),
                    List.of(new Sample(100, 1, 1, worst), new Sample(123_456.7, 4_096, 1, 0.3)),
                    Optional.empty());
            assertThat(TextPlot.lines(List.of(outcome))).hasSizeBetween(5, 14).allSatisfy(line -> assertThat(line)
                    .hasSizeLessThanOrEqualTo(80));
        }
    }

    @Test
    void a_race_without_a_look_has_empty_panels() {
        Outcome outcome = new Outcome(
                "slotferry",
                0,
                4_096,
                0,
                new Felt(0, 0, 0, 0),
                new Felt(0, 0, 0, 0),
                List.of(),
                Optional.of("It did not start"));
        assertThat(String.join("", TextPlot.lines(List.of(outcome)).subList(1, 9)))
                .doesNotContain("#");
        assertThat(SvgPlot.of("none", List.of(outcome))).endsWith("</svg>\n");
    }

    @Test
    void the_picture_is_what_it_was() throws IOException {
        assertThat(SvgPlot.of("redis 7.0.15, a race", RACE)).isEqualTo(golden("plot.svg"));
    }

    @Test
    void the_names_of_more_than_two_stand_above_in_rows_of_two() {
        String two = SvgPlot.of("a race", RACE);
        String five = SvgPlot.of(
                "a race",
                List.of(Samples.cli(), Samples.slotferry(), Samples.cli(), Samples.slotferry(), Samples.slotferry()));
        assertThat(two).contains("viewBox=\"0 0 860 490\"");
        assertThat(five)
                .contains("viewBox=\"0 -32 860 522\"")
                .contains("x=\"70.0\" y=\"10.0\"", "x=\"455.0\" y=\"10.0\"", "x=\"70.0\" y=\"42.0\"");
    }

    @Test
    void the_picture_is_well_formed_whatever_the_title() throws Exception {
        Document picture = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(SvgPlot.of("keys < 100 & more", RACE))));
        assertThat(picture.getDocumentElement().getElementsByTagName("polyline").getLength())
                .isEqualTo(2 * RACE.size());
        assertThat(picture.getElementsByTagName("title").item(0).getTextContent())
                .isEqualTo("keys < 100 & more");
    }

    private static String golden(String name) throws IOException {
        try (InputStream file = PlotsTest.class.getResourceAsStream("/race/" + name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
