package io.lightflow.registry.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.access.RegistryRole;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** {@code /ui}: a page that shows this registry in the browser. It loads nothing from other servers. */
final class RegistryUi {
    private static final String CONTENT_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private RegistryUi() {}

    static void addTo(RoutesConfig routes) {
        add(routes, "/ui", "index.html", "text/html; charset=utf-8");
        add(routes, "/ui/page.js", "page.js", "text/javascript; charset=utf-8");
        add(routes, "/ui/difference.js", "difference.js", "text/javascript; charset=utf-8");
        add(routes, "/ui/page.css", "page.css", "text/css; charset=utf-8");
    }

    private static void add(RoutesConfig routes, String path, String file, String contentType) {
        byte[] content = read(file);
        routes.get(path, context -> send(context, content, contentType), RegistryRole.READ);
    }

    private static void send(Context context, byte[] content, String contentType) {
        context.header("Content-Security-Policy", CONTENT_POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header("Cache-Control", "no-cache")
                .contentType(contentType)
                .result(content);
    }

    private static byte[] read(String file) {
        try (InputStream in = RegistryUi.class.getResourceAsStream("/io/lightflow/registry/ui/" + file)) {
            if (in == null) {
                throw new IllegalStateException("The registry's page lacks " + file + ": rebuild the server");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Reading " + file + " of the registry's page failed", e);
        }
    }
}
