package io.slotferry.starter;

import java.util.List;
import java.util.Optional;

/** A display of a few lines that is redrawn in place, by the cursor movements of ECMA-48. */
public final class Screen {
    private static final String CLEAR_TO_END = "\u001b[J";

    private final Voice voice;
    private final int width;
    private int drawn;

    private Screen(Voice voice, int width) {
        this.voice = voice;
        this.width = width;
    }

    /** On this process's terminal; empty where there is none, it cannot do this, or people are to be told little. */
    public static Optional<Screen> of(Voice voice) {
        return of(voice, Surroundings.ofProcess());
    }

    static Optional<Screen> of(Voice voice, Surroundings surroundings) {
        return surroundings.movable() && !voice.json() && !voice.quiet()
                ? Optional.of(new Screen(voice, surroundings.terminal().width()))
                : Optional.empty();
    }

    /** How many columns a line may have. */
    public int width() {
        return width;
    }

    /** Draws over what was drawn before; each line must fit the terminal's width. */
    public void draw(List<String> lines) {
        voice.write(back() + String.join("\n", lines) + "\n");
        drawn = lines.size();
    }

    /** Removes the display, so that ordinary text can follow. */
    public void clear() {
        voice.write(back());
        drawn = 0;
    }

    private String back() {
        return drawn == 0 ? "" : "\u001b[" + drawn + "A\r" + CLEAR_TO_END;
    }
}
