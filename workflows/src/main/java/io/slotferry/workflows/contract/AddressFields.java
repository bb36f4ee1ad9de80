package io.slotferry.workflows.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.planning.NodeAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the addresses of one request, and sees where a node is named twice. */
final class AddressFields {
    private final Map<NodeAddress, String> firstNamed = new HashMap<>();
    private final List<String> problems;

    AddressFields(List<String> problems) {
        this.problems = problems;
    }

    /** An address, whoever else names it. */
    Optional<NodeAddress> read(String path, JsonNode node) {
        if (node.isMissingNode()) {
            problems.add(path + ": missing; a string \"host:port\" belongs here");
        } else if (!node.isTextual()) {
            problems.add(path + ": a string \"host:port\" belongs here, not " + JsonFields.kind(node));
        } else if (node.textValue().indexOf('@') >= 0) {
            problems.add(path + ": \"host:port\" belongs here, without a user or password;"
                    + " those come from the worker's entry that cluster.credentials names");
        } else {
            return parsed(path, node.textValue());
        }
        return Optional.empty();
    }

    /** An address that stands for itself: a node may have one place in a request. */
    Optional<NodeAddress> own(String path, JsonNode node) {
        Optional<NodeAddress> address = read(path, node);
        if (address.isPresent()) {
            String earlier = firstNamed.putIfAbsent(address.get(), path);
            if (earlier != null) {
                problems.add(path + ": " + address.get() + " is named twice, first at " + earlier);
            }
        }
        return address;
    }

    private Optional<NodeAddress> parsed(String path, String text) {
        try {
            return Optional.of(NodeAddress.parse(text));
        } catch (IllegalArgumentException e) {
            problems.add(path + ": " + e.getMessage());
            return Optional.empty();
        }
    }
}
