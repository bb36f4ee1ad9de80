package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.RunState;
import java.util.Map;

/** Gives a run commands and prints what happens next. */
final class Commands {
    private final Runs runs;
    private final Voice voice;

    Commands(Connection temporal, Voice voice) {
        this.runs = new Runs(temporal);
        this.voice = voice;
    }

    void give(Run run, RunState.Command command, ObjectNode argument) {
        CommandAnswer answer = runs.command(run, command, argument);
        voice.say(text(run, answer));
        voice.event("answer", Map.of("command", command.word(), "workflowId", run.workflowId(), "answer", answer));
    }

    static String text(Run run, CommandAnswer answer) {
        return run.workflowId() + ": " + answer.state() + ". " + answer.next();
    }

    /** Who gives a command, and why. */
    static ObjectNode word(String why) {
        ObjectNode word = JsonNodeFactory.instance.objectNode().put("by", System.getProperty("user.name", ""));
        return why.isEmpty() ? word : word.put("why", why);
    }

    static ObjectNode approval(String fingerprint, String why) {
        return word(why).put("fingerprint", fingerprint);
    }
}
