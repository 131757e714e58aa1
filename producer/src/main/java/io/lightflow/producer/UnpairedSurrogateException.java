package io.lightflow.producer;

/** A string holds an unpaired surrogate, which UTF-8 cannot represent. */
final class UnpairedSurrogateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnpairedSurrogateException() {
        super("expected a valid string, found one with an unpaired surrogate", null, false, false);
    }

    static boolean hasUnpairedSurrogate(String text) {
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
