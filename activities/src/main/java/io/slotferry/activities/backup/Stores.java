package io.slotferry.activities.backup;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.credentials.Credential;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.workflows.contract.BackupTarget;
import io.slotferry.workflows.contract.BackupTarget.Bucket;
import io.slotferry.workflows.contract.BackupTarget.Folder;
import io.slotferry.workflows.contract.FailureKind;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Opens the stores that requests name. */
public final class Stores {
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private final Credentials credentials;

    public Stores(Credentials credentials) {
        this.credentials = credentials;
    }

    /** The store of a request; the caller closes it. */
    BackupStore open(String store) {
        BackupTarget target = BackupTarget.parse(store);
        if (target instanceof Folder folder) {
            return new FolderStore(path(folder.path()));
        }
        Bucket bucket = (Bucket) target;
        return new BucketStore(client(bucket), bucket.bucket(), bucket.prefix());
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw refused("The worker cannot have a folder of that name.", e, "name another folder in backup");
        }
    }

    private S3Client client(Bucket bucket) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(Apache5HttpClient.builder().socketTimeout(ANSWER))
                .overrideConfiguration(limits -> limits.apiCallAttemptTimeout(ANSWER))
                .forcePathStyle(bucket.pathStyle());
        bucket.endpoint().map(URI::create).ifPresent(builder::endpointOverride);
        // A store of one's own has no regions; the signature names one all the same.
        bucket.region()
                .or(() -> bucket.endpoint().map(own -> "us-east-1"))
                .map(Region::of)
                .ifPresent(builder::region);
        bucket.credentials().map(this::key).ifPresent(builder::credentialsProvider);
        try {
            return builder.build();
        } catch (SdkClientException e) {
            throw refused(
                    "The store cannot be reached as the request and the worker's environment say.",
                    e,
                    "name the region in backup (s3://BUCKET/PREFIX?region=…), or set AWS_REGION where the worker runs");
        }
    }

    private StaticCredentialsProvider key(String name) {
        Credential entry = credentials
                .find(name)
                .filter(found -> found.username().isPresent())
                .orElseThrow(() -> new Halted(
                        FailureKind.BACKUP_STORE,
                        "This worker knows no credentials named \"" + name
                                + "\" with a user name (the access key ID) and"
                                + " a password (the secret access key).",
                        List.of(),
                        credentials.hint(name)));
        return StaticCredentialsProvider.create(
                AwsBasicCredentials.create(entry.username().orElseThrow(), entry.password()));
    }

    private static Halted refused(String what, Exception cause, String next) {
        return new Halted(
                FailureKind.BACKUP_STORE,
                what,
                List.of(String.valueOf(cause.getMessage())),
                next + "; then start again");
    }
}
