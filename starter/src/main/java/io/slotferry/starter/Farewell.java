package io.slotferry.starter;

/** Says on Ctrl-C that the run goes on and how to come back, for as long as it is open. */
final class Farewell implements AutoCloseable {
    private final Thread hook;
    private volatile String words;

    Farewell(Voice voice, String words) {
        this.words = words;
        this.hook = new Thread(() -> say(voice), "farewell");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void say(Voice voice) {
        if (!words.isEmpty()) {
            voice.say("\n" + words);
        }
    }

    /** What to say from now on; nothing where empty. */
    void words(String now) {
        this.words = now;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook speaks.
        }
    }
}
