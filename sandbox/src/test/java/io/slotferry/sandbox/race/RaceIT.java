package io.slotferry.sandbox.race;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import picocli.CommandLine;

class RaceIT {
    private static final long KEYS = 2_000;
    private static final int SLOTS = 1_000;

    @TempDir
    private Path folder;

    @Test
    void both_move_as_many_slots_and_every_key_is_where_it_belongs() throws Exception {
        ServerBinary binary = new WantedServer("redis-7.0").orSkip(TestAbortedException::new);
        Path plot = folder.resolve("race.svg");
        StringWriter out = new StringWriter();
        StringWriter people = new StringWriter();
        int exit = new CommandLine(new RaceCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(people))
                .execute(
                        "--server",
                        binary.path().toString(),
                        "--keys",
                        String.valueOf(KEYS),
                        "--slots",
                        String.valueOf(SLOTS),
                        "--rate",
                        "200",
                        "--plot",
                        plot.toString(),
                        "--json");

        assertThat(exit).as(people.toString()).isZero();
        JsonNode race = SlotferryJson.mapper().readTree(out.toString());
        assertThat(published().validate(race)).isEmpty();
        assertThat(race.get("event").asText()).isEqualTo("race");
        assertThat(race.get("well").asBoolean()).isTrue();
        JsonNode cli = race.get("contenders").get(0);
        JsonNode slotferry = race.get("contenders").get(1);
        assertThat(cli.get("name").asText()).isEqualTo("redis-cli");
        assertThat(slotferry.get("name").asText()).isEqualTo("slotferry");
        for (JsonNode contender : race.get("contenders")) {
            assertThat(contender.get("seconds").asDouble()).isPositive();
            assertThat(contender.get("slots").asInt()).isEqualTo(SLOTS);
            assertThat(contender.get("keys").asLong()).isBetween(1L, KEYS);
            assertThat(contender.get("samples"))
                    .as("clients were answered meanwhile")
                    .anySatisfy(
                            sample -> assertThat(sample.get("worst").asDouble()).isPositive());
        }
        assertThat(people.toString())
                .contains("clients wait, in ms", "Every key is where it belongs, on both clusters.");
        assertThat(plot).content().startsWith("<svg").contains("redis-cli", "slotferry");
    }

    /** The schema of every line of {@code --json}. */
    private static JsonSchema published() throws IOException {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(Path.of("..", "docs", "schema", "event.json")));
    }
}
