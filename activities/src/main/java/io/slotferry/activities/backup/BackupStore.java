package io.slotferry.activities.backup;

import io.slotferry.activities.attempt.Halted;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Holds files by name, {@code /} between folders. A name is given to whole files alone. Every method throws {@link Halted} of
 * kind BACKUP_STORE where the store fails. Safe for use by several threads.
 */
interface BackupStore extends AutoCloseable {
    /** Where the files with names that begin so are, for a person. */
    String place(String name);

    /** Begins a file. It is there once it is complete, and in place of one that has the name. */
    Upload create(String name);

    /** A small file, at once; it and all that was completed beside it outlive a loss of power from then on. */
    void put(String name, byte[] content);

    /** A small file that may be missing, or cut short, after a loss of power. */
    void note(String name, byte[] content);

    /** A small file; empty where there is none. */
    Optional<byte[]> get(String name);

    /** How long a file is; empty where there is none. */
    OptionalLong length(String name);

    /** A file from its beginning; the caller closes it. */
    InputStream read(String name);

    /** The same as a file of this machine, where it is one. */
    Optional<Path> local(String name);

    /** Takes away what attempts before this one began below this name and did not complete. */
    void discardIncomplete(String name);

    @Override
    void close();

    /** A file on its way. Used by one thread at a time. */
    interface Upload extends AutoCloseable {
        /** Takes all that remains in the buffer. */
        void write(ByteBuffer bytes);

        /** Gives it its name, once all of it is on durable storage. The name may be lost with power until the next put. */
        void complete();

        /** Takes it away, unless it was completed. */
        @Override
        void close();
    }
}
