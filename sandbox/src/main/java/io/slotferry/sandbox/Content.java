package io.slotferry.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What one key, or a group of keys with a common hash tag, holds: one part for each field, element, member or entry, in
 * an order that equal contents share. A key that does not exist has no parts, as Redis has no empty collections.
 */
record Content(List<String> parts) {
    static final Content NONE = new Content(List.of());

    // Every value that traffic writes begins with the number of the write: "#17:".
    private static final Pattern NUMBER = Pattern.compile("#(\\d+):");

    Content {
        parts = List.copyOf(parts);
    }

    static Content of(String part) {
        return part == null ? NONE : new Content(List.of(part));
    }

    static Content sorted(Stream<String> parts) {
        return new Content(parts.sorted().toList());
    }

    boolean isNone() {
        return parts.isEmpty();
    }

    Content append(String part) {
        List<String> more = new ArrayList<>(parts);
        more.add(part);
        return new Content(more);
    }

    /** Without the part of this field, and sorted with this one in its place. */
    Content put(String field, String part) {
        return sorted(Stream.concat(parts.stream().filter(isOf(field).negate()), Stream.of(part)));
    }

    Content without(String field) {
        return new Content(parts.stream().filter(isOf(field).negate()).toList());
    }

    Content last(int count) {
        return new Content(parts.subList(Math.max(0, parts.size() - count), parts.size()));
    }

    private static Predicate<String> isOf(String field) {
        return part -> part.equals(field) || part.startsWith(field + "=");
    }

    /** The number of the newest write that is to be seen in it; -1 where there is none. */
    long newestWrite() {
        long newest = -1;
        for (String part : parts) {
            Matcher matcher = NUMBER.matcher(part);
            while (matcher.find()) {
                newest = Math.max(newest, Long.parseLong(matcher.group(1)));
            }
        }
        return newest;
    }

    /** For a person: the parts, shortened. */
    @Override
    public String toString() {
        if (isNone()) {
            return "no key";
        }
        String shown = parts.stream()
                .limit(4)
                .map(part -> part.length() > 40 ? part.substring(0, 40) + "…" : part)
                .toList()
                .toString();
        return parts.size() > 4 ? shown + " and " + (parts.size() - 4) + " more" : shown;
    }
}
