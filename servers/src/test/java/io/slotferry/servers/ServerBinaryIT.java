package io.slotferry.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

class ServerBinaryIT {
    @Test
    void a_server_is_found_as_a_file_in_a_folder_and_in_its_bin(@TempDir Path folder) throws IOException {
        Path file = program(folder.resolve("home/bin"), "valkey-server", "echo 'Valkey server v=9.1.2 sha=0'");
        ServerBinary expected = new ServerBinary(file, Engine.VALKEY, "9.1.2");

        assertThat(ServerBinary.at(file)).isEqualTo(expected);
        assertThat(ServerBinary.at(folder.resolve("home/bin"))).isEqualTo(expected);
        assertThat(ServerBinary.at(folder.resolve("home"))).isEqualTo(expected);
        assertThat(expected).hasToString("valkey 9.1.2");
    }

    @Test
    void what_a_server_says_counts_and_not_what_it_is_called(@TempDir Path folder) throws IOException {
        Path file = program(folder, "redis-server", "echo 'Valkey server v=8.1.1 sha=0'");
        assertThat(ServerBinary.at(file).engine()).isEqualTo(Engine.VALKEY);
    }

    @Test
    void a_place_without_a_server_and_a_program_that_is_none_are_refused(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> ServerBinary.at(folder))
                .isInstanceOf(ServerStartException.class)
                .hasMessageContaining("No redis-server or valkey-server at " + folder);
        Path broken = program(folder, "redis-server", "echo libssl.so.3: cannot open shared object file; exit 127");
        assertThatThrownBy(() -> ServerBinary.at(broken))
                .isInstanceOf(ServerStartException.class)
                .hasMessageContaining("libssl.so.3")
                .hasMessageContaining(ServerBinary.SERVER_VARIABLE);
    }

    @Test
    void a_configured_server_comes_first(@TempDir Path folder) throws IOException {
        Path file = program(folder, "redis-server", "echo 'Redis server v=7.4.9 sha=0'");
        String before = System.getProperty("slotferry.server");
        System.setProperty("slotferry.server", file.toString());
        try {
            assertThat(ServerBinary.find()).hasToString("redis 7.4.9");
        } finally {
            if (before == null) {
                System.clearProperty("slotferry.server");
            } else {
                System.setProperty("slotferry.server", before);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.slotferry.servers.WantedServer#all")
    void each_supported_server_is_found_by_its_name(WantedServer wanted) {
        ServerBinary binary = wanted.orSkip(TestAbortedException::new);
        assertThat(binary.isNamed(wanted.name())).isTrue();
        assertThat(binary.isNamed(binary.engine().word() + "-" + binary.version()))
                .isTrue();
        assertThat(binary.isNamed("redis-5.0")).isFalse();
        assertThat(binary.cli().isPresent()).isEqualTo(!wanted.name().equals("redis-6.2"));
    }

    @Test
    void versions_are_compared_as_numbers() {
        ServerBinary binary = new ServerBinary(Path.of("redis-server"), Engine.REDIS, "7.10.2");
        assertThat(binary.isAtLeast(7, 9)).isTrue();
        assertThat(binary.isAtLeast(6, 11)).isTrue();
        assertThat(binary.isAtLeast(7, 11)).isFalse();
        assertThat(binary.isAtLeast(8, 0)).isFalse();
    }

    private static Path program(Path folder, String name, String script) throws IOException {
        Path file = Files.createDirectories(folder).resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
