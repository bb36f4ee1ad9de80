package io.slotferry.activities.backup;

import io.slotferry.activities.attempt.Halted;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * A multipart upload (Amazon S3 User Guide, "Multipart upload limits": at most 10,000 parts, each but the last of 5 MiB or
 * more). How large the file becomes is not known beforehand, so parts grow: 8 MiB at first, which holds the heap small, twice
 * as much after every 2,000 parts, which makes room for 496 GiB. The client sends a checksum with each part, and the store
 * compares it.
 */
final class BucketUpload implements BackupStore.Upload {
    private static final int FIRST_PART = 8 * 1024 * 1024;
    private static final int PARTS_OF_ONE_SIZE = 2_000;

    private final S3Client client;
    private final String bucket;
    private final String key;
    private final BucketStore.Calls calls;
    private final String uploadId;
    private final List<CompletedPart> parts = new ArrayList<>();
    private byte[] part = new byte[FIRST_PART];
    private int filled;
    private boolean completed;

    BucketUpload(S3Client client, String bucket, String key, BucketStore.Calls calls) {
        this.client = client;
        this.bucket = bucket;
        this.key = key;
        this.calls = calls;
        this.uploadId = calls.answer(doing("beginning"), () -> client.createMultipartUpload(
                        to -> to.bucket(bucket).key(key))
                .uploadId());
    }

    private String doing(String what) {
        return what + " s3://" + bucket + "/" + key;
    }

    @Override
    public void write(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int now = Math.min(bytes.remaining(), part.length - filled);
            bytes.get(part, filled, now);
            filled += now;
            if (filled == part.length) {
                send();
            }
        }
    }

    private void send() {
        int number = parts.size() + 1;
        RequestBody body = RequestBody.fromByteBuffer(ByteBuffer.wrap(part, 0, filled));
        var answer = calls.answer(
                doing("writing"),
                () -> client.uploadPart(
                        to -> to.bucket(bucket).key(key).uploadId(uploadId).partNumber(number), body));
        parts.add(CompletedPart.builder()
                .partNumber(number)
                .eTag(answer.eTag())
                .checksumCRC32(answer.checksumCRC32())
                .build());
        filled = 0;
        if (number % PARTS_OF_ONE_SIZE == 0) {
            part = new byte[part.length * 2];
        }
    }

    @Override
    public void complete() {
        if (filled > 0) {
            send();
        }
        calls.answer(
                doing("completing"),
                () -> client.completeMultipartUpload(what ->
                        what.bucket(bucket).key(key).uploadId(uploadId).multipartUpload(all -> all.parts(parts))));
        completed = true;
    }

    @Override
    public void close() {
        if (!completed) {
            try {
                calls.answer(
                        doing("taking back"),
                        () -> client.abortMultipartUpload(
                                what -> what.bucket(bucket).key(key).uploadId(uploadId)));
            } catch (Halted e) {
                // What went wrong before says more; the next attempt takes back what is left.
                completed = false;
            }
        }
    }
}
