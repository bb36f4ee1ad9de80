package io.slotferry.starter;

/** Colours, where they are wanted; SGR codes of ECMA-48. */
enum Style {
    PLAIN,
    COLOUR;

    static Style of(boolean colour) {
        return colour ? COLOUR : PLAIN;
    }

    String bold(String text) {
        return sgr("1", text);
    }

    String good(String text) {
        return sgr("32", text);
    }

    String warning(String text) {
        return sgr("33", text);
    }

    String bad(String text) {
        return sgr("31", text);
    }

    private String sgr(String code, String text) {
        return this == PLAIN || text.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
