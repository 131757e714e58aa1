package io.lightflow.topology.settings;

/** The settings are not usable. The message names the key, what was expected and what was found. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SettingsException(String message, Throwable cause) {
        super(message, cause);
    }
}
