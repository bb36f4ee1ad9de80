package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents name tests that there are. */
class CitedTestsTest {
    private static final Pattern CITED = Pattern.compile("`(\\w+(?:Test|IT))\\.(\\w+)`");

    @ParameterizedTest
    @ValueSource(strings = {"SAFETY.md", "WHAT-IF.md"})
    void every_test_that_a_page_cites_exists(String page) throws IOException {
        Map<String, String> sources = testSources();
        List<MatchResult> cited = CITED.matcher(Files.readString(Path.of("..", "docs", page)))
                .results()
                .toList();
        List<String> missing = cited.stream()
                .filter(test -> !sources.getOrDefault(test.group(1), "").contains(" " + test.group(2) + "("))
                .map(MatchResult::group)
                .toList();
        assertThat(cited).hasSizeGreaterThan(10);
        assertThat(missing).isEmpty();
    }

    private static Map<String, String> testSources() throws IOException {
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            return modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .flatMap(CitedTestsTest::files)
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""), CitedTestsTest::read));
        }
    }

    private static Stream<Path> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().matches(".*(Test|IT)\\.java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
