package io.slotferry.distribution;

import com.fasterxml.jackson.core.JacksonException;
import io.slotferry.servers.ServerStartException;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * slotferry's folder among the user's data, {@code $XDG_DATA_HOME/slotferry}, else {@code ~/.local/share/slotferry}, by the
 * XDG Base Directory Specification. It holds what runs in the background, and what that has written.
 */
final class DataFolder {
    private final Path folder;

    private DataFolder(Path folder) {
        this.folder = folder;
    }

    /** The folder, whether or not it is there. */
    static DataFolder of(Map<String, String> environment) {
        String configured = environment.getOrDefault("XDG_DATA_HOME", "");
        // The specification has relative paths ignored.
        Path data = Path.of(configured).isAbsolute()
                ? Path.of(configured)
                : Path.of(System.getProperty("user.home"), ".local", "share");
        return new DataFolder(data.resolve("slotferry"));
    }

    Background.Files files() {
        return new Background.Files(folder);
    }

    /** Makes the folder, and keeps every other up and down out until this is closed. */
    FileChannel lock() {
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve("up.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            // Closing the channel releases it.
            channel.lock();
            return channel;
        } catch (IOException e) {
            throw new ServerStartException(
                    "The folder " + folder + " cannot be written: " + e + ". Point XDG_DATA_HOME to a folder that can.",
                    e);
        }
    }

    /** What was written down last; nothing where there was nothing. */
    Background read() {
        try {
            return SlotferryJson.mapper().readValue(state().toFile(), Background.class);
        } catch (NoSuchFileException | java.io.FileNotFoundException e) {
            return Background.NOTHING;
        } catch (JacksonException e) {
            throw new ServerStartException(
                    state() + " is not what slotferry up has written: " + e.getOriginalMessage()
                            + ". Look for its processes (ps -ef | grep slotferry), end them, and delete the file.",
                    e);
        } catch (IOException e) {
            throw new ServerStartException(state() + " cannot be read: " + e, e);
        }
    }

    void write(Background background) {
        Path fresh = folder.resolve("up.json.new");
        try {
            SlotferryJson.mapper().writerWithDefaultPrettyPrinter().writeValue(fresh.toFile(), background);
            Files.move(fresh, state(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new ServerStartException(state() + " cannot be written: " + e, e);
        }
    }

    private Path state() {
        return folder.resolve("up.json");
    }
}
