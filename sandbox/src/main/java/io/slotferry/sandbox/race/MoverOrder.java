package io.slotferry.sandbox.race;

import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What a mover alone is to do, as a line. */
record MoverOrder(
        Migration migration, Mode mode, int slotsOfBatch, int slots, NodeAddress target, List<NodeAddress> sources) {
    MoverOrder {
        sources = List.copyOf(sources);
    }

    String line() {
        String from = sources.stream().map(NodeAddress::toString).collect(Collectors.joining(","));
        return String.join(
                " ",
                migration.name(),
                mode.name(),
                String.valueOf(slotsOfBatch),
                String.valueOf(slots),
                target.toString(),
                from);
    }

    static MoverOrder parse(String line) {
        String[] words = line.split(" ");
        return new MoverOrder(
                Migration.valueOf(words[0]),
                Mode.valueOf(words[1]),
                Integer.parseInt(words[2]),
                Integer.parseInt(words[3]),
                NodeAddress.parse(words[4]),
                Arrays.stream(words[5].split(",")).map(NodeAddress::parse).toList());
    }
}
