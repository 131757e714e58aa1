package io.lightflow.topology.settings;

/** The settings are unusable. The message names the key, the expected value and the found one. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SettingsException(String message, Throwable cause) {
        super(message, cause);
    }
}
