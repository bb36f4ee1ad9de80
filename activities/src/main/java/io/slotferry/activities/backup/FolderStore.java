package io.slotferry.activities.backup;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.workflows.contract.FailureKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A folder on this machine. What is not complete is hidden and ends in {@code .part}. */
final class FolderStore implements BackupStore {
    private static final String PART = ".part";

    private final Path folder;

    FolderStore(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    @Override
    public String place(String name) {
        return folder.resolve(name).toString();
    }

    @Override
    public Upload create(String name) {
        return part(name);
    }

    private PartFile part(String name) {
        Path file = folder.resolve(name);
        Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + PART);
        try {
            Files.createDirectories(file.getParent());
            FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new PartFile(file, part, channel);
        } catch (IOException e) {
            throw failed("writing " + file, e);
        }
    }

    @Override
    public void put(String name, byte[] content) {
        try (PartFile upload = part(name)) {
            upload.write(ByteBuffer.wrap(content));
            upload.complete();
            upload.makeNamesDurable();
        }
    }

    @Override
    public void note(String name, byte[] content) {
        try (PartFile upload = part(name)) {
            upload.write(ByteBuffer.wrap(content));
            upload.giveName();
        }
    }

    @Override
    public Optional<byte[]> get(String name) {
        try {
            return Optional.of(Files.readAllBytes(folder.resolve(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed("reading " + folder.resolve(name), e);
        }
    }

    @Override
    public OptionalLong length(String name) {
        try {
            return OptionalLong.of(Files.size(folder.resolve(name)));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException e) {
            throw failed("reading " + folder.resolve(name), e);
        }
    }

    @Override
    public InputStream read(String name) {
        try {
            return Files.newInputStream(folder.resolve(name));
        } catch (IOException e) {
            throw failed("reading " + folder.resolve(name), e);
        }
    }

    @Override
    public Optional<Path> local(String name) {
        Path file = folder.resolve(name);
        return file.getFileSystem().equals(FileSystems.getDefault()) ? Optional.of(file) : Optional.empty();
    }

    @Override
    public void discardIncomplete(String name) {
        Path place = folder.resolve(name);
        if (!Files.isDirectory(place)) {
            return;
        }
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(place, ".*" + PART)) {
            for (Path part : parts) {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw failed("tidying " + place, e);
        }
    }

    @Override
    public void close() {
        // A folder needs no closing.
    }

    private static Halted failed(String doing, IOException cause) {
        return new Halted(
                FailureKind.BACKUP_STORE,
                "The store failed at " + doing + ".",
                List.of(cause.toString()),
                "make room on the worker's disk, give the worker's user the right to write there, or name another store;"
                        + " then start again");
    }

    /** The disk is set to work while more comes, so that little is left to wait for at the end. */
    private static final class PartFile implements Upload {
        private static final long BETWEEN_FLUSHES = 32 * 1024 * 1024;

        private final Path file;
        private final Path part;
        private final FileChannel channel;
        private FutureTask<Void> flush = new FutureTask<>(() -> null);
        private long unflushed;

        PartFile(Path file, Path part, FileChannel channel) {
            this.file = file;
            this.part = part;
            this.channel = channel;
            flush.run();
        }

        @Override
        public void write(ByteBuffer bytes) {
            unflushed += bytes.remaining();
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                if (unflushed >= BETWEEN_FLUSHES && flush.isDone()) {
                    flushed();
                    flush();
                }
            } catch (IOException e) {
                throw failed("writing " + file, e);
            }
        }

        private void flush() {
            flush = new FutureTask<>(() -> {
                channel.force(false);
                return null;
            });
            unflushed = 0;
            Thread thread = new Thread(flush, "slotferry-flush");
            thread.setDaemon(true);
            thread.start();
        }

        /** A disk says once that it failed, to whoever asks first. */
        private void flushed() throws IOException {
            try {
                flush.get();
            } catch (ExecutionException e) {
                throw new IOException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the disk was writing");
            }
        }

        @Override
        public void complete() {
            try {
                flushed();
                channel.force(true);
            } catch (IOException e) {
                throw failed("completing " + file, e);
            }
            giveName();
        }

        void giveName() {
            try {
                channel.close();
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw failed("completing " + file, e);
            }
        }

        /** The folder holds the names of all its files; not every system lets a folder be opened. */
        void makeNamesDurable() {
            try (FileChannel names = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                names.force(true);
            } catch (IOException e) {
                // The files' bytes are safe; their names are as safe as this system makes them.
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
                Files.deleteIfExists(part);
            } catch (IOException e) {
                throw failed("taking away " + part, e);
            }
        }
    }
}
