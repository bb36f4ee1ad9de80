package io.slotferry.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;

/** Runs commands in this process as a shell would, and keeps what they print. */
final class Cli {
    private final Map<String, String> environment = new HashMap<>();
    private Terminal terminal = Terminal.none();
    private InputStream input = InputStream.nullInputStream();
    private final StringWriter out = new StringWriter();

    Cli(String address) {
        environment.put("TEMPORAL_ADDRESS", address);
        environment.put("TEMPORAL_CONFIG_FILE", "/nonexistent/temporal.toml");
    }

    /** What a command left behind. */
    record Done(int code, String out, String err) {
        String all() {
            return out + err;
        }

        /** Each of which fits its schema. */
        List<JsonNode> events() {
            List<JsonNode> events = new ArrayList<>();
            for (String line : out.lines().toList()) {
                try {
                    JsonNode event = SlotferryJson.mapper().readTree(line);
                    assertThat(Schemas.EVENT.problems(event)).as(line).isEmpty();
                    events.add(event);
                } catch (JsonProcessingException e) {
                    throw new AssertionError("not a line of JSON: " + line, e);
                }
            }
            return events;
        }

        JsonNode event(String name) {
            return events().stream()
                    .filter(event -> event.path("event").asText().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no event " + name + " in\n" + all()));
        }
    }

    Cli input(String text) {
        input = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** A person at a terminal of this width, who gives this answer to every question. */
    Cli person(int width, String answer) {
        terminal = new Terminal() {
            @Override
            public boolean interactive() {
                return true;
            }

            @Override
            public int width() {
                return width;
            }

            @Override
            public Optional<String> ask(String question) {
                return Optional.ofNullable(answer);
            }
        };
        return this;
    }

    Cli with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** What the command that runs has printed to standard output so far. */
    String soFar() {
        return out.toString();
    }

    Done run(Function<Surroundings, Object> command, String... args) {
        out.getBuffer().setLength(0);
        StringWriter err = new StringWriter();
        int code = new CommandLine(command.apply(new Surroundings(environment, terminal, input)))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
        return new Done(code, out.toString(), err.toString());
    }
}
