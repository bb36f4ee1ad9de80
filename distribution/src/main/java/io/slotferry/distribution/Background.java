package io.slotferry.distribution;

import io.slotferry.servers.BackgroundProcess;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code slotferry up} has running in the background of this machine, as it is written down.
 *
 * @param temporal empty where none was ever started here
 * @param worker empty where none was ever started here
 */
record Background(Optional<Server> temporal, Optional<Worker> worker) {
    static final Background NOTHING = new Background(Optional.empty(), Optional.empty());

    /** A Temporal server with its Web UI; its process may have ended since. */
    record Server(BackgroundProcess process, String address, String namespace, String uiUrl) {}

    /**
     * A worker; its process may have ended since.
     *
     * @param address of the Temporal server that it polls
     */
    record Worker(BackgroundProcess process, String address, String namespace, String taskQueue) {}

    /** Where its files lie. */
    record Files(Path folder) {
        Path temporalLog() {
            return folder.resolve("temporal.log");
        }

        Path workerLog() {
            return folder.resolve("worker.log");
        }

        /** By whose they are. */
        Map<String, Path> logs() {
            return new TreeMap<>(Map.of("temporal", temporalLog(), "worker", workerLog()));
        }

        Path database() {
            return folder.resolve("temporal.db");
        }
    }

    Optional<Server> runningTemporal() {
        return temporal.filter(server -> server.process().runs());
    }

    Optional<Worker> runningWorker() {
        return worker.filter(polling -> polling.process().runs());
    }

    Background with(Server started) {
        return new Background(Optional.of(started), worker);
    }

    Background with(Worker started) {
        return new Background(temporal, Optional.of(started));
    }
}
