package io.lightflow.producer;

/** A text holds half a character (a surrogate without its pair), which UTF-8 cannot say. */
final class UnwritableTextException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnwritableTextException() {
        super("expected a text, found one with a surrogate without its pair", null, false, false);
    }

    static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (Character.isHighSurrogate(character)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(character)) {
                return true;
            }
        }
        return false;
    }
}
