package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.Names;
import io.temporal.common.SearchAttributeKey;
import io.temporal.common.SearchAttributeUpdate;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Shows the status where Temporal's Web UI and its lists look for it. */
final class Announcer {
    private final Map<String, String> upserted = new HashMap<>();
    private List<String> usable = List.of();

    /** The search attributes that may be upserted: one that the namespace does not have would wedge the run. */
    void usable(List<String> attributes) {
        usable = List.copyOf(attributes);
    }

    void announce(ExpandStatus status) {
        Workflow.setCurrentDetails(StatusMarkdown.of(status));
        List<SearchAttributeUpdate<?>> updates = new ArrayList<>();
        update(Names.CLUSTER_ATTRIBUTE, status.cluster(), updates);
        update(Names.STATE_ATTRIBUTE, status.state().name(), updates);
        update(Names.PHASE_ATTRIBUTE, status.phase().name(), updates);
        if (!updates.isEmpty()) {
            Workflow.upsertTypedSearchAttributes(updates.toArray(SearchAttributeUpdate<?>[]::new));
        }
    }

    private void update(String name, String value, List<SearchAttributeUpdate<?>> updates) {
        if (usable.contains(name) && !value.isEmpty() && !value.equals(upserted.put(name, value))) {
            updates.add(SearchAttributeKey.forKeyword(name).valueSet(value));
        }
    }
}
