package io.lightflow.reports.page;

import io.lightflow.reports.page.DashboardPage.EventPages;
import io.lightflow.reports.page.DashboardPage.Login;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A page, in the order of the links. The layout around it is the same for all. */
enum Page {
    DASHBOARD("", "Dashboard", "figures", List.of("campaigns.css"), "app.js"),
    OVERVIEW("overview", "Overview", "figures", List.of("figures.css"), "overview.js"),
    EXPLORE("explore", "Explore", "choices", List.of("figures.css"), "explore.js"),
    ALERTS("alerts", "Alerts", "rules", List.of("campaigns.css", "figures.css", "alerts.css"), "alerts.js"),
    HEALTH("health", "Health", "tables", List.of("figures.css"), "health.js"),
    SQL("sql", "SQL", "editor", List.of("events.css"), "sql.js"),
    WHY("why", "Why", "id", List.of("events.css"), "why.js"),
    /** The page to which the provider of OpenID Connect sends browsers. */
    LOGIN("login", "Log in", "page", List.of("figures.css"), "login.js");

    private final String path;
    private final String title;
    private final String skipTarget;
    private final List<String> styles;
    private final String script;

    /**
     * @param path below the root
     * @param skipTarget where the link for keyboards leads that skips the head
     */
    Page(String path, String title, String skipTarget, List<String> styles, String script) {
        this.path = path;
        this.title = title;
        this.skipTarget = skipTarget;
        this.styles = styles;
        this.script = script;
    }

    String path() {
        return "/" + path;
    }

    /** @param provider the name of the provider of OpenID Connect; empty for none */
    PageAsset asset(Login login, String provider, EventPages eventPages) {
        return PageAsset.read("layout.html")
                .with("ACCOUNTS", login.name().toLowerCase(Locale.ROOT))
                .with("PROVIDER", escaped(provider))
                .with("TITLE", title)
                .with("STYLES", styleLinks())
                .with("SCRIPT", script)
                .with("SKIP", skipTarget)
                .with("PAGES", links(eventPages))
                .with(
                        "CONTENT",
                        PageAsset.read(name().toLowerCase(Locale.ROOT) + ".html")
                                .text());
    }

    private String styleLinks() {
        return styles.stream()
                .map(style -> "  <link rel=\"stylesheet\" href=\"page/" + style + "\">")
                .collect(Collectors.joining("\n"));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("\"", "&quot;").replace("<", "&lt;");
    }

    private String links(EventPages eventPages) {
        return Arrays.stream(values())
                .filter(page -> page != LOGIN)
                .filter(page -> eventPages == EventPages.LINKED || !page.isAboutEvents())
                .map(page -> "<a href=\"./" + page.path + "\"" + (page == this ? " aria-current=\"page\">" : ">")
                        + page.title + "</a>")
                .collect(Collectors.joining("\n  "));
    }

    private boolean isAboutEvents() {
        return this == SQL || this == WHY;
    }
}
