package io.slotferry.servers;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** The real downloader and go install's protocol, against a download site and a {@code go} of the test's own. */
class TemporalBinaryIT {
    // Read by the SDK's downloader.
    private static final String SITE = "io.temporal.testing.devServerDownloadBaseUrl";

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private HttpServer site;

    @BeforeEach
    void start_a_site_without_downloads() throws IOException {
        site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        site.start();
        System.setProperty(SITE, siteUrl());
    }

    @AfterEach
    void stop_the_site() {
        System.clearProperty(SITE);
        site.stop(0);
    }

    @Test
    void the_path_comes_before_the_cache() throws IOException {
        Path onPath = program(folder.resolve("path"), "temporal", "exit 0");
        Path cached = program(folder.resolve("cache/bin"), "temporal", "exit 0");

        assertThat(finder(onPath.getParent().toString()).find()).contains(onPath);
        assertThat(finder("").find()).contains(cached);
        assertThat(said).isEmpty();
    }

    @Test
    void a_download_that_runs_is_put_into_the_cache() throws Exception {
        Path real = new TemporalBinary(said::add)
                .find()
                .orElseThrow(() -> WantedServer.missing("No Temporal server.", TestAbortedException::new));
        said.clear();
        offer(program(folder.resolve("offered"), "temporal", "exec " + real + " \"$@\""));

        assertThat(finder("").find()).contains(folder.resolve("cache/bin/temporal"));
        assertThat(said).containsExactly("Downloading the Temporal CLI.");
        assertThat(folder.resolve("cache/bin/temporal")).isExecutable();
        assertThat(finder("").find()).isPresent();
        assertThat(said).hasSize(1);
    }

    @Test
    void a_download_that_does_not_run_is_not_kept() throws Exception {
        offer(program(folder.resolve("offered"), "temporal", "echo wrong machine; exit 1"));
        assertThat(finder("").find()).isEmpty();
        assertThat(folder.resolve("cache/bin/temporal")).doesNotExist();
    }

    @Test
    void a_refused_download_is_told_and_go_builds_it() throws IOException {
        Path go = program(
                folder.resolve("path"),
                "go",
                "printf '#!/bin/sh\\n# %s' \"$*\" >$GOBIN/temporal\nchmod +x $GOBIN/temporal");

        assertThat(finder(go.getParent().toString()).find()).contains(folder.resolve("cache/bin/temporal"));
        assertThat(folder.resolve("cache/bin/temporal")).content().contains("install " + TemporalBinary.GO_PACKAGE);
        assertThat(said)
                .hasSize(3)
                .anyMatch(line -> line.contains("could not be downloaded") && line.contains("404"))
                .anyMatch(line -> line.contains("this takes some minutes"));
    }

    @Test
    void where_all_ways_fail_each_is_told_and_nothing_is_left_behind() throws IOException {
        Path go = program(folder.resolve("path"), "go", "echo no network >&2; exit 1");

        assertThat(finder(go.getParent().toString()).find()).isEmpty();
        assertThat(said).anyMatch(line -> line.contains("go install") && line.contains("no network"));
        assertThat(finder("").find()).isEmpty();
        assertThat(said).anyMatch(line -> line.contains("no go on the PATH"));
        assertThat(folder.resolve("cache")).isDirectoryNotContaining("glob:**/temporal-*");
    }

    private TemporalBinary finder(String searchPath) {
        return new TemporalBinary(said::add, folder.resolve("cache"), searchPath);
    }

    private String siteUrl() {
        return "http://127.0.0.1:" + site.getAddress().getPort();
    }

    /** Serves what the real site serves: where the archive is and what to take out of it, then the archive. */
    private void offer(Path program) throws IOException, InterruptedException {
        Path archive = folder.resolve("temporal.tar.gz");
        Process tar = new ProcessBuilder(
                        "tar",
                        "-czf",
                        archive.toString(),
                        "-C",
                        program.getParent().toString(),
                        "temporal")
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).isZero();
        byte[] answer = ("{\"archiveUrl\": \"" + siteUrl() + "/archive\", \"fileToExtract\": \"temporal\"}")
                .getBytes(StandardCharsets.UTF_8);
        site.createContext("/cli/", exchange -> send(exchange, answer));
        site.createContext("/archive", exchange -> send(exchange, Files.readAllBytes(archive)));
    }

    private static void send(HttpExchange exchange, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static Path program(Path folder, String name, String script) throws IOException {
        Path file = Files.createDirectories(folder).resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
