package io.slotferry.distribution;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A log that is read on from where it was left. */
final class LogTail {
    /** At a time; more of the end than anybody reads at once. */
    private static final int MOST_BYTES = 1_000_000;

    private final String name;
    private final Path file;
    private long read;

    LogTail(String name, Path file) {
        this.name = name;
        this.file = file;
    }

    String name() {
        return name;
    }

    /** So many whole lines of the end, or fewer. */
    List<String> last(int lines) throws IOException {
        List<String> all = more();
        return all.subList(Math.max(0, all.size() - lines), all.size());
    }

    /** The whole lines that came since; from the beginning where the file was begun anew. */
    List<String> more() throws IOException {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            long length = log.length();
            if (length < read) {
                read = 0;
            }
            read = Math.max(read, length - MOST_BYTES);
            byte[] bytes = new byte[(int) (length - read)];
            log.seek(read);
            log.readFully(bytes);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                end--;
            }
            read += end;
            return new String(bytes, 0, end, StandardCharsets.UTF_8).lines().toList();
        }
    }
}
