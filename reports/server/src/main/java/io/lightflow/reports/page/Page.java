package io.lightflow.reports.page;

import io.lightflow.reports.page.DashboardPage.EventPages;
import io.lightflow.reports.page.DashboardPage.Login;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A page, in the order of the links. The layout around it is the same for all. */
enum Page {
    DASHBOARD("", "Dashboard", "figures", "campaigns.css", "app.js"),
    OVERVIEW("overview", "Overview", "figures", "figures.css", "overview.js"),
    EXPLORE("explore", "Explore", "choices", "figures.css", "explore.js"),
    HEALTH("health", "Health", "tables", "figures.css", "health.js"),
    SQL("sql", "SQL", "editor", "events.css", "sql.js"),
    WHY("why", "Why", "id", "events.css", "why.js");

    private final String path;
    private final String title;
    private final String skipTarget;
    private final String style;
    private final String script;

    /**
     * @param path below the root
     * @param skipTarget where the link for keyboards leads that skips the head
     */
    Page(String path, String title, String skipTarget, String style, String script) {
        this.path = path;
        this.title = title;
        this.skipTarget = skipTarget;
        this.style = style;
        this.script = script;
    }

    String path() {
        return "/" + path;
    }

    PageAsset asset(Login login, EventPages eventPages) {
        return PageAsset.read("layout.html")
                .with("ACCOUNTS", login.name().toLowerCase(Locale.ROOT))
                .with("TITLE", title)
                .with("STYLE", style)
                .with("SCRIPT", script)
                .with("SKIP", skipTarget)
                .with("PAGES", links(eventPages))
                .with(
                        "CONTENT",
                        PageAsset.read(name().toLowerCase(Locale.ROOT) + ".html")
                                .text());
    }

    private String links(EventPages eventPages) {
        return Arrays.stream(values())
                .filter(page -> eventPages == EventPages.LINKED || !page.isAboutEvents())
                .map(page -> "<a href=\"./" + page.path + "\"" + (page == this ? " aria-current=\"page\">" : ">")
                        + page.title + "</a>")
                .collect(Collectors.joining("\n  "));
    }

    private boolean isAboutEvents() {
        return this == SQL || this == WHY;
    }
}
