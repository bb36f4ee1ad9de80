package io.slotferry.activities.backup;

import io.slotferry.activities.redis.RdbStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/**
 * The few buffers through which one file after the other passes. A thread beside the caller's proves a piece while the caller
 * writes it and reads the next one. They lie outside the heap, so that network and disk take them as they are.
 */
final class Pieces implements AutoCloseable {
    private static final int COUNT = 4;
    private static final int BYTES = 256 * 1024;

    private final List<Piece> ring = new ArrayList<>();
    private final ExecutorService prover = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "slotferry-proof");
        thread.setDaemon(true);
        return thread;
    });

    Pieces() {
        for (int i = 0; i < COUNT; i++) {
            ring.add(new Piece());
        }
    }

    private static final class Piece {
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
        private Future<?> proven = done();

        private static Future<?> done() {
            FutureTask<Void> nothing = new FutureTask<>(() -> null);
            nothing.run();
            return nothing;
        }

        void await() {
            try {
                proven.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("proving", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while copying", e);
            }
        }
    }

    /** Passes the stream's bytes to both, to its end. */
    void pass(RdbStream rdb, RdbProof proof, Consumer<ByteBuffer> writer) {
        try {
            int count = 0;
            for (int i = 0; count >= 0; i++) {
                Piece piece = ring.get(i % COUNT);
                piece.await();
                count = rdb.read(piece.bytes.clear());
                if (count > 0) {
                    ByteBuffer proofs = piece.bytes.flip().duplicate();
                    piece.proven = prover.submit(() -> proof.add(proofs));
                    writer.accept(piece.bytes);
                }
            }
        } finally {
            // Also where the stream broke: the next file takes the same buffers.
            ring.forEach(Piece::await);
        }
    }

    @Override
    public void close() {
        prover.shutdownNow();
    }
}
