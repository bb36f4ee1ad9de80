package io.slotferry.workflows.contract;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where backups go: what {@code backup} of a request says. Holds names of credentials, never a secret. */
public sealed interface BackupTarget {
    /** How a store is written, for a person. */
    String FORMS =
            "\"file:FOLDER\" (on the worker) or \"s3://BUCKET/PREFIX?region=…&endpoint=…&pathStyle=true&credentials=…\"";

    /**
     * A folder on the worker.
     *
     * @param path a relative one is below the worker's working directory
     */
    record Folder(String path) implements BackupTarget {}

    /**
     * A bucket of an S3-compatible store.
     *
     * @param prefix of every object's key, without a slash at either end; empty for none
     * @param region where it is not what the worker's environment says
     * @param endpoint of a store that is not Amazon's, such as {@code http://10.0.0.9:9000}
     * @param pathStyle whether the bucket stands in the path instead of the host name
     * @param credentials name of an entry that the worker resolves, its user name the access key ID and its password the
     *     secret access key; where there is none, the worker's environment is searched as the AWS tools do
     */
    record Bucket(
            String bucket,
            String prefix,
            Optional<String> region,
            Optional<String> endpoint,
            boolean pathStyle,
            Optional<String> credentials)
            implements BackupTarget {}

    /**
     * Reads a store.
     *
     * @throws IllegalArgumentException with a message fit for the person who typed the text, which does not repeat it
     */
    static BackupTarget parse(String text) {
        if (text.startsWith("file:")) {
            String path = text.substring("file:".length());
            if (path.isBlank() || path.startsWith("//") || path.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("after \"file:\" a folder on the worker belongs, such as"
                        + " \"file:backups\" or \"file:/var/backups/redis\"");
            }
            return new Folder(path);
        }
        if (text.startsWith("s3:")) {
            return bucket(text);
        }
        throw new IllegalArgumentException("this is neither \"" + ExpandRequest.NO_BACKUP + "\" nor a store: " + FORMS);
    }

    private static Bucket bucket(String text) {
        Matcher parts = Pattern.compile("s3://(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])"
                        + "(?<prefix>(/[A-Za-z0-9._/-]*)?)(\\?(?<options>[^#?]*))?")
                .matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("after \"s3://\" the name of a bucket belongs, of 3 to 63 small letters,"
                    + " digits, dots and dashes, without user or password; in all " + FORMS);
        }
        Map<String, String> options = options(parts.group("options"));
        Bucket read = new Bucket(
                parts.group("bucket"),
                parts.group("prefix").replaceAll("^/+|/+$", ""),
                Optional.ofNullable(options.remove("region")),
                Optional.ofNullable(options.remove("endpoint")).map(BackupTarget::endpoint),
                pathStyle(options.remove("pathStyle")),
                Optional.ofNullable(options.remove("credentials")).map(BackupTarget::credentials));
        if (!options.isEmpty()) {
            throw new IllegalArgumentException(
                    "\"" + options.keySet().iterator().next()
                            + "\" is not known here; known: region, endpoint, pathStyle, credentials");
        }
        return read;
    }

    private static Map<String, String> options(String query) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            if (value.isBlank() || options.put(name, value) != null) {
                throw new IllegalArgumentException("\"" + name + "\" needs one value, as in \"" + name + "=…\"");
            }
        }
        return options;
    }

    private static String endpoint(String text) {
        if (!text.matches("https?://[^/?#@\\s]+/?")) {
            throw new IllegalArgumentException(
                    "endpoint is http://host:port or https://host:port, without user," + " password or path");
        }
        return text;
    }

    private static boolean pathStyle(String text) {
        if (text != null && !text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("pathStyle is true or false");
        }
        return "true".equals(text);
    }

    private static String credentials(String name) {
        if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("credentials is the name of an entry that the worker knows: 1 to 64"
                    + " letters, digits, dots, dashes or underscores");
        }
        return name;
    }
}
