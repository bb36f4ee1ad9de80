package io.slotferry.workflows.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporalProfileTest {
    @TempDir
    private Path folder;

    @Test
    void an_address_and_a_namespace_come_from_the_profile_and_the_environment_wins() throws Exception {
        Map<String, String> environment = with("""
                [profile.default]
                address = "10.0.0.9:7233"
                namespace = "ops"
                """);
        environment.put("TEMPORAL_NAMESPACE", "night");

        TemporalProfile profile = TemporalProfile.read(environment);

        assertThat(profile.address()).contains("10.0.0.9:7233");
        assertThat(profile.namespace()).contains("night");
        assertThat(profile.service().getTarget()).isEqualTo("10.0.0.9:7233");
        assertThat(profile.client().getNamespace()).isEqualTo("night");
    }

    /** In the places where Linux and macOS look for it. */
    @Test
    void without_a_named_file_the_one_in_the_users_configuration_folder_is_read() throws Exception {
        for (String place : new String[] {".config", "Library/Application Support"}) {
            Path file = folder.resolve(place).resolve("temporalio/temporal.toml");
            Files.createDirectories(file.getParent());
            Files.writeString(file, "[profile.default]\naddress = \"10.0.0.9:7233\"\n");
        }
        String before = System.setProperty("user.home", folder.toString());
        try {
            assertThat(TemporalProfile.read(Map.of()).address()).contains("10.0.0.9:7233");
        } finally {
            System.setProperty("user.home", before);
        }
    }

    @Test
    void a_file_that_is_not_there_says_nothing() throws Exception {
        TemporalProfile profile = TemporalProfile.read(Map.of("TEMPORAL_CONFIG_FILE", file().toString()));

        assertThat(profile.address()).isEmpty();
        assertThat(profile.namespace()).isEmpty();
    }

    @Test
    void a_file_without_a_profile_is_named_with_what_belongs_into_it() throws Exception {
        for (String text : new String[] {"", "# nothing yet\n", "address = \"10.0.0.9:7233\"\n"}) {
            assertRefused(
                    with(text),
                    file() + " holds no profile",
                    "write [profile.default] into it, with address = \"HOST:PORT\" below; or delete it");
        }
    }

    @Test
    void a_file_that_is_no_toml_is_named_with_the_place() throws Exception {
        assertRefused(with("[profile.default]\naddress == 1\n"), file() + ", line 2, column 10: ", "correct that file");
    }

    @Test
    void a_value_of_the_wrong_form_is_named_with_the_place() throws Exception {
        assertRefused(with("[profile.default]\ntls = \"yes\"\n"), file() + ", line ", "correct that file");
    }

    @Test
    void an_unquoted_secret_is_not_told() throws Exception {
        BadProfile refused = refused(with("[profile.default]\napi_key = s3cret\n"));

        assertThat(refused).hasMessageContaining(file() + ", line 2").hasMessageNotContaining("s3cret");
    }

    @Test
    void a_profile_that_the_file_does_not_hold_is_named() throws Exception {
        Map<String, String> environment = with("[profile.default]\n");
        environment.put("TEMPORAL_PROFILE", "prod");

        assertRefused(
                environment,
                "Unable to find profile prod in config data; TEMPORAL_PROFILE names it, and " + file()
                        + " is where it was looked for",
                "write [profile.prod] into that file, or: unset TEMPORAL_PROFILE");
    }

    @Test
    void a_folder_in_the_place_of_the_file_is_named() throws Exception {
        assertRefused(
                Map.of("TEMPORAL_CONFIG_FILE", folder.toString()),
                folder + ", which TEMPORAL_CONFIG_FILE names, is a folder",
                "set TEMPORAL_CONFIG_FILE to a file, or: unset TEMPORAL_CONFIG_FILE");
    }

    @Test
    void a_certificate_that_is_not_there_is_named() throws Exception {
        Path absent = folder.resolve("ca.pem");

        assertRefused(
                with("[profile.default.tls]\nserver_ca_cert_path = \"" + absent + "\"\n"),
                absent.toString(),
                "correct TEMPORAL_TLS_* or the profile's tls in " + file());
    }

    @Test
    void a_certificate_that_is_none_is_said() throws Exception {
        assertRefused(
                with("[profile.default.tls]\nserver_ca_cert_data = \"nonsense\"\n"),
                "its TLS settings: ",
                "correct TEMPORAL_TLS_* or the profile's tls in " + file());
    }

    private Path file() {
        return folder.resolve("temporal.toml");
    }

    private Map<String, String> with(String text) throws IOException {
        Files.writeString(file(), text);
        return new HashMap<>(Map.of("TEMPORAL_CONFIG_FILE", file().toString()));
    }

    private static BadProfile refused(Map<String, String> environment) {
        return catchThrowableOfType(BadProfile.class, () -> TemporalProfile.read(environment));
    }

    private static void assertRefused(Map<String, String> environment, String why, String next) {
        BadProfile refused = refused(environment);
        assertThat(refused)
                .hasMessageStartingWith("Temporal's configuration cannot be used: ")
                .hasMessageContaining(why);
        assertThat(refused.next()).isEqualTo(next);
    }
}
