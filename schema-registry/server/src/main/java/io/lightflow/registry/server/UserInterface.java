package io.lightflow.registry.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.registry.server.access.Role;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** {@code /ui}: a page that reads this registry from the browser. Nothing in it comes from elsewhere. */
final class UserInterface {
    private static final String CONTENT_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private UserInterface() {}

    static void addTo(RoutesConfig routes) {
        add(routes, "/ui", "index.html", "text/html; charset=utf-8");
        add(routes, "/ui/page.js", "page.js", "text/javascript; charset=utf-8");
        add(routes, "/ui/difference.js", "difference.js", "text/javascript; charset=utf-8");
        add(routes, "/ui/page.css", "page.css", "text/css; charset=utf-8");
    }

    private static void add(RoutesConfig routes, String path, String file, String contentType) {
        byte[] content = read(file);
        routes.get(path, context -> send(context, content, contentType), Role.READ);
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
        try (InputStream in = UserInterface.class.getResourceAsStream("/io/lightflow/registry/ui/" + file)) {
            if (in == null) {
                throw new IllegalStateException("The page of the registry lacks " + file + ": build the server anew");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file + " of the registry's page", e);
        }
    }
}
