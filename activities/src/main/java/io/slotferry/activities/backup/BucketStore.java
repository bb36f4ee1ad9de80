package io.slotferry.activities.backup;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.workflows.contract.FailureKind;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A bucket of an S3-compatible store. A file comes by a multipart upload: before its completion there is nothing to see. */
final class BucketStore implements BackupStore {
    private static final Logger log = LoggerFactory.getLogger(BucketStore.class);
    private static final int NOT_FOUND = 404;

    private final S3Client client;
    private final String bucket;
    private final String prefix;

    /**
     * A store; closes the client with itself.
     *
     * @param prefix of every key, without a slash at its end; empty for none
     */
    BucketStore(S3Client client, String bucket, String prefix) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix.isEmpty() ? "" : prefix + "/";
    }

    private String key(String name) {
        return prefix + name;
    }

    @Override
    public String place(String name) {
        return "s3://" + bucket + "/" + key(name);
    }

    @Override
    public Upload create(String name) {
        return new BucketUpload(client, bucket, key(name), this::answer);
    }

    @Override
    public void put(String name, byte[] content) {
        answer(
                "writing " + place(name),
                () -> client.putObject(to -> to.bucket(bucket).key(key(name)), RequestBody.fromBytes(content)));
    }

    @Override
    public void note(String name, byte[] content) {
        put(name, content);
    }

    @Override
    public Optional<byte[]> get(String name) {
        return answer(
                "reading " + place(name),
                () -> ifThere(() -> client.getObjectAsBytes(
                                from -> from.bucket(bucket).key(key(name)))
                        .asByteArray()));
    }

    @Override
    public OptionalLong length(String name) {
        Optional<Long> length = answer(
                "reading " + place(name),
                () -> ifThere(() -> client.headObject(of -> of.bucket(bucket).key(key(name)))
                        .contentLength()));
        return length.map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    private static <T> Optional<T> ifThere(Supplier<T> question) {
        try {
            return Optional.of(question.get());
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public InputStream read(String name) {
        return answer(
                "reading " + place(name),
                () -> client.getObject(from -> from.bucket(bucket).key(key(name))));
    }

    @Override
    public Optional<Path> local(String name) {
        return Optional.empty();
    }

    @Override
    public void discardIncomplete(String name) {
        try {
            for (MultipartUpload upload : client.listMultipartUploadsPaginator(
                            of -> of.bucket(bucket).prefix(key(name) + "/"))
                    .uploads()) {
                client.abortMultipartUpload(
                        what -> what.bucket(bucket).key(upload.key()).uploadId(upload.uploadId()));
            }
        } catch (SdkException e) {
            // Nothing of it can be seen under a name; the store's own rules take it away in time.
            log.warn("uploads that were begun below {} and not completed may be left: {}", place(name), e.getMessage());
        }
    }

    /** Any failure of the store says where. */
    private <T> T answer(String doing, Supplier<T> call) {
        try {
            return call.get();
        } catch (SdkException e) {
            throw new Halted(
                    FailureKind.BACKUP_STORE,
                    "The store failed at " + doing + ".",
                    List.of(String.valueOf(e.getMessage())),
                    "see that the worker reaches the store, and that its key may write, read and list there"
                            + " (docs/CREDENTIALS.md), or name another store; then start again");
        }
    }

    @Override
    public void close() {
        client.close();
    }

    /** How a call to the store is made. */
    interface Calls {
        <T> T answer(String doing, Supplier<T> call);
    }
}
