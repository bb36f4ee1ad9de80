package io.slotferry.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardedProcessIT {
    /** What runs in the JVM that is killed: it starts servers, says which, and stays. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] folderOfReleased) throws InterruptedException {
            LocalCluster cluster = start(LocalCluster.builder(ServerBinary.find()));
            if (folderOfReleased.length > 0) {
                LocalCluster released =
                        start(LocalCluster.builder(ServerBinary.find()).folder(Path.of(folderOfReleased[0])));
                released.release();
                released.masters().forEach(node -> System.out.println("released " + node.pid()));
            }
            cluster.masters().forEach(node -> System.out.println("guarded " + node.pid()));
            System.out.println("folder " + cluster.folder());
            System.out.println("ready");
            Thread.sleep(Duration.ofMinutes(5).toMillis());
        }

        private static LocalCluster start(LocalClusterBuilder builder) {
            LocalCluster cluster = builder.masters(2).replicasPerMaster(0).start();
            // A server that hangs must go too.
            cluster.masters().get(1).suspend();
            return cluster;
        }
    }

    // A JVM that is killed cannot delete its temporary files.
    @TempDir
    Path temporaryFiles;

    @Test
    void servers_are_gone_after_sigkill_to_the_jvm_that_started_them() throws Exception {
        Process parent = startParent();
        try {
            List<ProcessHandle> servers = readServers(parent).servers();
            assertThat(servers).hasSize(2).allMatch(ProcessHandle::isAlive);
            parent.destroyForcibly().waitFor();
            awaitEnd(servers);
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void servers_and_files_are_gone_after_sigterm_to_the_jvm_that_started_them() throws Exception {
        Process parent = startParent();
        try {
            Started started = readServers(parent);
            parent.destroy();
            parent.waitFor();
            awaitEnd(started.servers());
            assertThat(started.folder()).doesNotExist();
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    void released_servers_outlive_the_jvm_that_started_them(@TempDir Path folder) throws Exception {
        Process parent = startParent(folder.toString());
        List<ProcessHandle> released = List.of();
        try {
            Started started = readServers(parent);
            released = started.released();
            parent.destroyForcibly().waitFor();
            // Both kinds saw the same JVM end.
            awaitEnd(started.servers());
            assertThat(released).hasSize(2).allMatch(ProcessHandle::isAlive);
        } finally {
            parent.destroyForcibly();
            released.forEach(ProcessHandle::destroyForcibly);
            awaitEnd(released);
        }
    }

    @Test
    void a_process_that_ends_by_itself_leaves_its_exit_code_and_output(@TempDir Path folder) {
        Path log = folder.resolve("log");
        try (GuardedProcess process =
                GuardedProcess.start(List.of("sh", "-c", "echo out; echo err >&2; exit 7"), folder, log)) {
            assertThat(process.hasEndedWithin(Duration.ofMinutes(2))).isTrue();
            assertThat(process.exitCode()).isEqualTo(7);
            assertThat(process.logTail(2)).isEqualTo("out\nerr");
        }
    }

    @Test
    void what_a_process_forked_goes_with_it(@TempDir Path folder) throws Exception {
        Path forked = folder.resolve("forked");
        try (GuardedProcess process = GuardedProcess.start(
                List.of(
                        "sh",
                        "-c",
                        "sleep 600 & echo $! >" + forked + ".new; mv " + forked + ".new " + forked + "; wait"),
                folder,
                folder.resolve("log"))) {
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> Files.exists(forked));
            ProcessHandle child = ProcessHandle.of(
                            Long.parseLong(Files.readString(forked).strip()))
                    .orElseThrow();

            process.kill();

            awaitEnd(List.of(child));
        }
    }

    @Test
    void a_suspended_process_can_be_terminated_and_killed(@TempDir Path folder) {
        GuardedProcess terminated = sleeper(folder);
        terminated.suspend();
        assertThat(terminated.isAlive()).isTrue();
        terminated.terminate();
        assertThat(terminated.isAlive()).isFalse();
        assertThat(terminated.exitCode()).isEqualTo(128 + 15);

        GuardedProcess killed = sleeper(folder);
        killed.suspend();
        killed.kill();
        assertThat(killed.exitCode()).isEqualTo(128 + 9);
    }

    private static GuardedProcess sleeper(Path folder) {
        return GuardedProcess.start(List.of("sleep", "300"), folder, folder.resolve("log"));
    }

    private record Started(List<ProcessHandle> servers, List<ProcessHandle> released, Path folder) {}

    private Process startParent(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporaryFiles,
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static Started readServers(Process parent) throws IOException {
        // Not closed: that would break the parent's standard output.
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8));
        List<String> said = new ArrayList<>();
        for (String line = reader.readLine(); line != null && !line.equals("ready"); line = reader.readLine()) {
            said.add(line);
        }
        assertThat(said).as("what the parent said").anyMatch(line -> line.startsWith("folder "));
        return new Started(
                handles(said, "guarded "),
                handles(said, "released "),
                Path.of(values(said, "folder ").get(0)));
    }

    private static List<ProcessHandle> handles(List<String> said, String what) {
        return values(said, what).stream()
                .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
                .toList();
    }

    private static List<String> values(List<String> said, String what) {
        return said.stream()
                .filter(line -> line.startsWith(what))
                .map(line -> line.substring(what.length()))
                .toList();
    }

    private static void awaitEnd(List<ProcessHandle> servers) {
        Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(servers)
                .noneMatch(ProcessHandle::isAlive));
    }
}
