package io.lightflow.topology.settings;

/** A record of the settings rejects a value. The message names the key. */
final class WrongSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    WrongSettingException(String message) {
        super(message);
    }
}
