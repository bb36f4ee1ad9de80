package io.slotferry.activities.backup;

import java.net.URI;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** An S3 server in this JVM, over a folder, which checks signatures and checksums as S3 does. */
final class S3Server implements AutoCloseable {
    static final String BUCKET = "redis-backups";

    private final S3Proxy proxy;

    S3Server(Path folder) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", folder.toString());
        properties.setProperty("jclouds.identity", "slotferry");
        properties.setProperty("jclouds.credential", "a s3cret");
        proxy = S3Proxy.builder()
                .blobStore(BlobStores.create("filesystem-nio2", properties))
                .awsAuthentication(AuthenticationType.AWS_V4, "slotferry", "a s3cret")
                .endpoint(URI.create("http://127.0.0.1:0"))
                .build();
        proxy.start();
        try (S3Client client = client()) {
            client.createBucket(create -> create.bucket(BUCKET));
        }
    }

    private String endpoint() {
        return "http://127.0.0.1:" + proxy.getPort();
    }

    /** As a request names it. */
    String store(String credentials) {
        return "s3://" + BUCKET + "/prod?endpoint=" + endpoint() + "&pathStyle=true&credentials=" + credentials;
    }

    /** The caller closes it. */
    S3Client client() {
        return S3Client.builder()
                .endpointOverride(URI.create(endpoint()))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create("slotferry", "a s3cret")))
                .build();
    }

    @Override
    public void close() throws Exception {
        proxy.stop();
    }
}
