package io.slotferry.activities.preflight;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;

/**
 * The machine that the worker runs on: its clock, and of Linux its memory, which matters where nodes run beside the worker.
 *
 * @param proc where the kernel tells of itself
 */
record WorkerHost(Clock clock, Path proc) {
    private static final long KILOBYTE = 1_024;

    static WorkerHost real() {
        return new WorkerHost(Clock.systemUTC(), Path.of("/proc"));
    }

    /** Whether a node of that host runs on this machine. */
    boolean is(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException e) {
            return false;
        }
    }

    /** {@code vm.overcommit_memory}: 0 refuses what obviously does not fit, 1 nothing, 2 what was not reserved. */
    Optional<Integer> overcommit() {
        return text("sys/vm/overcommit_memory")
                .filter(mode -> mode.matches("[0-9]"))
                .map(Integer::valueOf);
    }

    /** Bytes that processes could take without swapping. */
    Optional<Long> available() {
        return meminfo("MemAvailable");
    }

    /** Bytes that are not promised to any process; may be less than none. */
    Optional<Long> uncommitted() {
        return meminfo("CommitLimit").flatMap(limit -> meminfo("Committed_AS").map(promised -> limit - promised));
    }

    private Optional<Long> meminfo(String field) {
        return text("meminfo").flatMap(lines -> Arrays.stream(lines.split("\n"))
                .filter(line -> line.matches(field + ": *[0-9]{1,15} kB"))
                .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * KILOBYTE)
                .findFirst());
    }

    private Optional<String> text(String file) {
        try {
            return Optional.of(Files.readString(proc.resolve(file), StandardCharsets.US_ASCII)
                    .strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
