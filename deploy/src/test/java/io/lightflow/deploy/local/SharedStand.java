package io.lightflow.deploy.local;

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
 * Gives tests one stand of the group us, past the mirror, which is started once for all of them. Each test must leave it
 * working, use ids and event times of its own, and compare the books before and after.
 */
final class SharedStand implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Stand.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.GLOBAL)
                .computeIfAbsent(Holder.class, absent -> Holder.start(), Holder.class)
                .stand;
    }

    /** Closed by JUnit at the end of all tests. */
    private record Holder(Stand stand, Path data) implements AutoCloseable {
        static Holder start() {
            try {
                Path data = Files.createTempDirectory("lightflow-stand-");
                return new Holder(
                        Stand.start(LocalSettings.in(data)
                                .withGroups(List.of(Stand.US))
                                .with(EventPath.DIRECT)),
                        data);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            stand.close();
            PathUtils.deleteDirectory(data);
        }
    }
}
