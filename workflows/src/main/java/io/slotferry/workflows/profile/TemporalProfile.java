package io.slotferry.workflows.profile;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.LoadClientConfigProfileOptions;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where Temporal is and how to come to it, by its own <a
 * href="https://docs.temporal.io/develop/environment-configuration">environment configuration</a>: TEMPORAL_ADDRESS and the
 * like, and a profile of the file that TEMPORAL_CONFIG_FILE names, else of temporalio/temporal.toml in the user's
 * configuration folder. A file that is not there is no error, as for Temporal's own programs.
 *
 * @param address empty where nothing names one
 * @param namespace empty where nothing names one
 */
public record TemporalProfile(
        Optional<String> address,
        Optional<String> namespace,
        WorkflowServiceStubsOptions service,
        WorkflowClientOptions client) {
    private static final String FILE = "TEMPORAL_CONFIG_FILE";
    private static final String PROFILE = "TEMPORAL_PROFILE";
    private static final String USUAL_FILE =
            "temporalio/temporal.toml in your configuration folder (~/.config; ~/Library/Application Support on macOS)";

    /**
     * Reads it.
     *
     * @param environment as {@link System#getenv()} answers
     * @throws BadProfile where the file, the profile or the TLS settings cannot be used
     */
    public static TemporalProfile read(Map<String, String> environment) throws BadProfile {
        String named = environment.getOrDefault(FILE, "");
        String file = named.isEmpty() ? USUAL_FILE : named;
        requireReadable(named);
        return of(load(environment, file), file);
    }

    /** The loader takes what it may not read for a file that is not there. */
    private static void requireReadable(String file) throws BadProfile {
        Path path = Path.of(file);
        if (!file.isEmpty() && Files.exists(path) && !(Files.isRegularFile(path) && Files.isReadable(path))) {
            String why = Files.isDirectory(path) ? "is a folder" : "is no file that this user may read";
            throw new BadProfile(
                    file + ", which " + FILE + " names, " + why, "set " + FILE + " to a file, or: unset " + FILE, null);
        }
    }

    private static ClientConfigProfile load(Map<String, String> environment, String file) throws BadProfile {
        String profile = environment.getOrDefault(PROFILE, "");
        try {
            return ClientConfigProfile.load(LoadClientConfigProfileOptions.newBuilder()
                    .setEnvOverrides(environment)
                    .build());
        } catch (JsonProcessingException e) {
            throw new BadProfile(file + place(e) + ": " + e.getOriginalMessage(), "correct that file", e);
        } catch (IOException e) {
            throw new BadProfile(file + ": " + e, "make it a file that this user may read", e);
        } catch (NullPointerException e) {
            // The loader's answer to a file without any [profile.NAME].
            throw new BadProfile(
                    file + " holds no profile",
                    "write [profile." + (profile.isEmpty() ? "default" : profile)
                            + "] into it, with address = \"HOST:PORT\" below; or delete it",
                    e);
        } catch (IllegalArgumentException e) {
            throw profile.isEmpty()
                    ? new BadProfile(e.getMessage(), "correct TEMPORAL_* or " + file, e)
                    : new BadProfile(
                            e.getMessage() + "; " + PROFILE + " names it, and " + file + " is where it was looked for",
                            "write [profile." + profile + "] into that file, or: unset " + PROFILE,
                            e);
        }
    }

    private static String place(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        return at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    private static TemporalProfile of(ClientConfigProfile profile, String file) throws BadProfile {
        try {
            return new TemporalProfile(
                    Optional.ofNullable(profile.getAddress()),
                    Optional.ofNullable(profile.getNamespace()),
                    profile.toWorkflowServiceStubsOptions(),
                    profile.toWorkflowClientOptions());
        } catch (RuntimeException e) {
            // By its nature a certificate or key: all else is taken as it is.
            throw new BadProfile(
                    "its TLS settings: " + e.getMessage() + (e.getCause() == null ? "" : " (" + e.getCause() + ")"),
                    "correct TEMPORAL_TLS_* or the profile's tls in " + file,
                    e);
        }
    }
}
