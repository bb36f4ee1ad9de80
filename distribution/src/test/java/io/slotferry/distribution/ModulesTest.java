package io.slotferry.distribution;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the arrows between the modules. */
@AnalyzeClasses(packages = "io.slotferry", importOptions = ImportOption.DoNotIncludeTests.class)
class ModulesTest {
    private static final String JDK = "java..";
    private static final String JEDIS = "redis.clients..";

    /** How the programs find Temporal, which is no workflow's business. */
    private static final String PROFILE = "io.slotferry.workflows.profile..";

    @ArchTest
    static final ArchRule planning_uses_the_jdk_alone = classes()
            .that()
            .resideInAPackage("io.slotferry.planning..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(JDK, "io.slotferry.planning.."));

    @ArchTest
    static final ArchRule workflows_use_planning_and_temporal = classes()
            .that()
            .resideInAPackage("io.slotferry.workflows..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    JDK,
                    "io.slotferry.planning..",
                    "io.slotferry.workflows..",
                    "io.temporal..",
                    // What Temporal's payloads are made of.
                    "com.google.protobuf..",
                    "com.fasterxml.jackson..",
                    "org.slf4j.."));

    @ArchTest
    static final ArchRule servers_use_no_other_module = noClasses()
            .that()
            .resideInAPackage("io.slotferry.servers..")
            .should()
            .dependOnClassesThat(
                    resideInAPackage("io.slotferry..").and(not(resideInAPackage("io.slotferry.servers.."))));

    @ArchTest
    static final ArchRule activities_use_workflows_planning_and_servers = noClasses()
            .that()
            .resideInAPackage("io.slotferry.activities..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "io.slotferry.worker..",
                    "io.slotferry.starter..",
                    "io.slotferry.sandbox..",
                    "io.slotferry.distribution.."));

    @ArchTest
    static final ArchRule the_worker_uses_activities_and_no_starter = noClasses()
            .that()
            .resideInAPackage("io.slotferry.worker..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "io.slotferry.starter..",
                    "io.slotferry.servers..",
                    "io.slotferry.sandbox..",
                    "io.slotferry.distribution.."));

    @ArchTest
    static final ArchRule the_starter_never_talks_to_redis = noClasses()
            .that()
            .resideInAPackage("io.slotferry.starter..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    JEDIS,
                    "io.slotferry.activities..",
                    "io.slotferry.worker..",
                    "io.slotferry.servers..",
                    "io.slotferry.sandbox..",
                    "io.slotferry.distribution.."))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule only_the_redis_room_of_the_product_talks_to_nodes = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.slotferry.planning..",
                    "io.slotferry.workflows..",
                    "io.slotferry.activities..",
                    "io.slotferry.worker..",
                    "io.slotferry.starter..")
            .and()
            .resideOutsideOfPackage("io.slotferry.activities.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(JEDIS);

    @ArchTest
    static final ArchRule the_sandbox_knows_nothing_of_the_program = noClasses()
            .that()
            .resideInAPackage("io.slotferry.sandbox..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.slotferry.distribution..");

    @ArchTest
    static final ArchRule packages_have_no_cycles =
            slices().matching("io.slotferry.(**)").should().beFreeOfCycles();

    /** Temporal replays them: what is not the same in each replay breaks a run. */
    @ArchTest
    static final ArchRule workflows_take_no_time_chance_thread_or_file_but_from_temporal = noClasses()
            .that()
            .resideInAPackage("io.slotferry.workflows..")
            .and()
            .resideOutsideOfPackage(PROFILE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PROFILE, "io.temporal.envconfig..")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(java.time.ZonedDateTime.class, "now")
            .orShould()
            .callMethod(java.time.LocalDateTime.class, "now")
            .orShould()
            .callMethod(java.time.LocalDate.class, "now")
            .orShould()
            .callMethod(java.util.UUID.class, "randomUUID")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.util\\.(Random|SplittableRandom|Timer)|java\\.security\\.SecureRandom"
                            + "|java\\.util\\.concurrent\\.(ThreadLocalRandom|Executors|CompletableFuture|ExecutorService)"
                            + "|java\\.time\\.Clock|java\\.lang\\.Process.*|java\\.io\\.File.*|java\\.nio\\.file\\..*|java\\.net\\..*");

    @ArchTest
    static final ArchRule classes_are_named_after_what_they_are = noClasses()
            .should()
            .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager)(\\$.*)?")
            .because("such a name hides what the class does");

    @Test
    void every_package_says_what_it_holds() throws IOException {
        Path root = Path.of("..").toRealPath();
        try (Stream<Path> files = Files.list(root)) {
            List<Path> silent = files.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .flatMap(ModulesTest::packages)
                    .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                    .map(root::relativize)
                    .toList();
            assertThat(silent).isEmpty();
        }
    }

    private static Stream<Path> packages(Path sources) {
        try (Stream<Path> files = Files.walk(sources)) {
            return files
                    .filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .distinct()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
