package io.lightflow.lab.up;

import io.lightflow.deploy.local.GroupOverlay;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalSettings.EventPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.io.file.PathUtils;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests one stand of the group us, past the mirror, which is started once for all of them. Each test must leave
 * it working, use ids and event times of its own, and compare the books before and after.
 *
 * <p>Storm's local mode can be there once in a process, so a test that starts a stand of its own ends this one. Those
 * that share it come first, by their {@code @Order}.
 */
final class SharedStand implements ParameterResolver {
    /** For {@code @Order}. */
    static final int FIRST = 1;

    /** A record of an unknown schema holds its shards for that long. */
    private static final String SHORT_WAITS = """
            join:
              schemaGrace: 3s
            """;

    private static Stand stand;
    private static Path data;

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Stand.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // JUnit closes what is in its store at the end of all tests.
        context.getRoot()
                .getStore(Namespace.GLOBAL)
                .computeIfAbsent(SharedStand.class, absent -> SharedStand::end, AutoCloseable.class);
        return running();
    }

    private static synchronized Stand running() {
        if (stand == null) {
            try {
                data = Files.createTempDirectory("lightflow-stand-");
                Path shorter = Files.writeString(data.resolve("shorter.yaml"), SHORT_WAITS);
                stand = Stand.start(LocalSettings.in(data.resolve("stack"))
                        .withGroups(List.of(Stand.US))
                        .with(EventPath.DIRECT)
                        .with(GroupOverlay.read(shorter)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return stand;
    }

    /** Ends it if it is running; whoever needs it next starts another. */
    static synchronized void end() {
        if (stand == null) {
            return;
        }
        Stand ended = stand;
        stand = null;
        ended.close();
        try {
            PathUtils.deleteDirectory(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
