package io.slotferry.starter;

import java.util.List;

/** A display of a few lines that is redrawn in place, by the cursor movements of ECMA-48. */
final class Screen {
    private static final String CLEAR_TO_END = "\u001b[J";

    private final Voice voice;
    private int drawn;

    Screen(Voice voice) {
        this.voice = voice;
    }

    /** Draws over what was drawn before; each line must fit the terminal's width. */
    void draw(List<String> lines) {
        voice.write(back() + String.join("\n", lines) + "\n");
        drawn = lines.size();
    }

    /** Removes the display, so that ordinary text can follow. */
    void clear() {
        voice.write(back());
        drawn = 0;
    }

    private String back() {
        return drawn == 0 ? "" : "\u001b[" + drawn + "A\r" + CLEAR_TO_END;
    }
}
