package io.lightflow.deploy.jvm;

import java.util.List;

/** The flags with which JVMs of this version print no warnings; {@code bin/java.sh} has them, too. */
public final class JavaFlags {
    private static final int WARNS_SINCE = 24;

    private JavaFlags() {}

    /** For libraries that have native code, or use {@code sun.misc.Unsafe}. */
    public static List<String> withoutWarnings() {
        return Runtime.version().feature() < WARNS_SINCE
                ? List.of()
                : List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    }
}
