package io.slotferry.distribution;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;

/** A bucket of an S3 server in this JVM, which checks signatures; its objects are files below a folder. */
record Bucket(S3Proxy server) implements AutoCloseable {
    static final String NAME = "redis-backups";
    static final String KEY = "slotferry";
    static final String SECRET = "a s3cret";

    static Bucket serve(Path folder) throws Exception {
        Files.createDirectory(folder.resolve(NAME));
        Properties properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", folder.toString());
        properties.setProperty("jclouds.identity", KEY);
        properties.setProperty("jclouds.credential", SECRET);
        S3Proxy server = S3Proxy.builder()
                .blobStore(BlobStores.create("filesystem-nio2", properties))
                .awsAuthentication(AuthenticationType.AWS_V4, KEY, SECRET)
                .endpoint(URI.create("http://127.0.0.1:0"))
                .build();
        server.start();
        return new Bucket(server);
    }

    /** As a request names it. */
    String store(String prefix, String credentials) {
        return "s3://" + NAME + "/" + prefix + "?endpoint=http://127.0.0.1:" + server.getPort()
                + "&pathStyle=true&credentials=" + credentials;
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
