package io.slotferry.starter;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.BadRequest;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a request that somebody wrote into a file, and says where it is no JSON. */
final class RequestFile {
    private static final ObjectReader READER = SlotferryJson.mapper()
            .reader()
            .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private RequestFile() {}

    /**
     * The object that the file holds, whether or not it is a request.
     *
     * @param file {@code -} for standard input
     * @throws CommandException where there is none
     */
    static ObjectNode read(String file, InputStream standardInput) {
        String where = "-".equals(file) ? "standard input" : file;
        try {
            String text = "-".equals(file)
                    ? new String(standardInput.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(Path.of(file));
            JsonNode tree = READER.readTree(text);
            if (tree instanceof ObjectNode object) {
                return object;
            }
            RequestReader.read(tree);
            throw new IllegalStateException("a request that is no object was not refused");
        } catch (JsonProcessingException e) {
            throw bad("The request in " + where + " is not JSON: line "
                    + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + ": " + withoutSource(e.getOriginalMessage()));
        } catch (BadRequest e) {
            throw bad(e, e.halt().next());
        } catch (NoSuchFileException e) {
            throw bad("There is no file " + where + ".");
        } catch (IOException e) {
            throw bad("The request in " + where + " cannot be read: " + e);
        }
    }

    /** Refuses a request with all that does not fit. */
    static CommandException bad(BadRequest refusal, String next) {
        return new CommandException(
                ExitCode.BAD_REQUEST,
                refusal.halt().message() + "\n  " + String.join("\n  ", refusal.problems()),
                next);
    }

    private static CommandException bad(String message) {
        return new CommandException(ExitCode.BAD_REQUEST, message, "give a request such as " + RequestReader.EXAMPLE);
    }

    /** Jackson repeats the place in words of its own. */
    private static String withoutSource(String message) {
        return message.replaceFirst(" \\(start marker at .*", "");
    }
}
