package io.lightflow.service.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Controls a page in a {@link Browser}: content, keyboard input, requests and errors. */
public final class Tab implements AutoCloseable {
    private static final int LOAD_SECONDS = 60;
    private static final Map<String, Integer> KEYS = Map.of("Tab", 9, "Enter", 13, "Escape", 27, " ", 32);

    private final DevTools tools;
    private final String target;
    private final String session;
    private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<URI> requests = new ConcurrentLinkedQueue<>();
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

    Tab(DevTools tools, String target, String session, int width, int height) {
        this.tools = tools;
        this.target = target;
        this.session = session;
        tools.listen(session, this::happened);
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", Map.of());
        }
        call("Emulation.setLocaleOverride", Map.of("locale", "en-US"));
        call("Emulation.setTimezoneOverride", Map.of("timezoneId", "UTC"));
        resize(width, height);
    }

    private void happened(String event, JsonNode parameters) {
        switch (event) {
            case "Page.loadEventFired" -> loaded.complete(null);
            case "Network.requestWillBeSent" ->
                requests.add(URI.create(parameters.at("/request/url").asText()));
            case "Runtime.exceptionThrown" ->
                errors.add(parameters.path("exceptionDetails").toString());
            case "Runtime.consoleAPICalled" -> errors.add(parameters.toString());
            case "Log.entryAdded" -> errors.add(parameters.path("entry").toString());
            default -> {
                // Tests use no other events.
            }
        }
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        return tools.call(session, method, parameters);
    }

    public void resize(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Asserts that the page needs no horizontal scrolling, and is at most this wide, in CSS pixels. */
    public void assertFits(int width) {
        assertThat(evaluate("document.documentElement.scrollWidth").asInt())
                .isEqualTo(evaluate("document.documentElement.clientWidth").asInt())
                .isLessThanOrEqualTo(width);
    }

    /** @param scheme dark or light */
    public void prefer(String scheme) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", scheme),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    }

    public void go(URI address) throws Exception {
        load(() -> call("Page.navigate", Map.of("url", address.toString())));
    }

    /** @param action an action that loads another page */
    public void load(Runnable action) throws Exception {
        loaded = new CompletableFuture<>();
        action.run();
        loaded.get(LOAD_SECONDS, TimeUnit.SECONDS);
    }

    /** The value of an expression, or the result of its promise. */
    public JsonNode evaluate(String expression) {
        JsonNode result = call(
                "Runtime.evaluate",
                Map.of("expression", expression, "awaitPromise", true, "returnByValue", true, "userGesture", true));
        assertThat(result.has("exceptionDetails"))
                .as(expression + " " + result.path("exceptionDetails"))
                .isFalse();
        return result.at("/result/value");
    }

    public String text(String selector) {
        return evaluate("document.querySelector(" + JsonNodeFactory.instance.textNode(selector)
                        + ")?.textContent ?? '(nothing)'")
                .asText();
    }

    /** The trimmed text of each matching element. */
    public List<String> strings(String selector) {
        List<String> texts = new ArrayList<>();
        evaluate("[...document.querySelectorAll("
                        + JsonNodeFactory.instance.textNode(selector)
                        + ")].map((node) => node.textContent.trim())")
                .forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** Waits until an expression about the document is true, and evaluates it after every change. */
    public void await(String condition) {
        String found = evaluate("""
                new Promise((done) => {
                  const holds = () => %s;
                  const end = (text) => { observer.disconnect(); clearTimeout(late); done(text); };
                  const observer = new MutationObserver(() => holds() && end(""));
                  const late = setTimeout(() => end(document.body.innerText), 60000);
                  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
                  if (holds()) { end(""); }
                })""".formatted(condition)).asText();
        assertThat(found)
                .as("the page when " + condition + " did not become true; errors: " + errors)
                .isEmpty();
    }

    public void awaitText(String selector, String text) {
        await("document.querySelector(" + JsonNodeFactory.instance.textNode(selector)
                + ")?.textContent.includes("
                + JsonNodeFactory.instance.textNode(text) + ")");
    }

    public void press(String key) {
        int code = KEYS.get(key);
        String text = key.equals("Enter") ? "\r" : key.equals(" ") ? " " : "";
        for (String type : List.of("keyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    Map.of(
                            "type",
                            type,
                            "key",
                            key,
                            "code",
                            key.equals(" ") ? "Space" : key,
                            "windowsVirtualKeyCode",
                            code,
                            "text",
                            type.equals("keyDown") ? text : ""));
        }
    }

    /** Drags the pointer over an element, from and to these parts of its width. */
    public void drag(String selector, double from, double to) {
        JsonNode box = evaluate("{ const node = document.querySelector("
                + JsonNodeFactory.instance.textNode(selector)
                + "); node.scrollIntoView({ block: 'center' }); const { x, y, width, height } ="
                + " node.getBoundingClientRect(); ({ x, y: y + height / 2, width }) }");
        double left = box.path("x").asDouble();
        double width = box.path("width").asDouble();
        mouse("mouseMoved", left + from * width, box.path("y").asDouble());
        mouse("mousePressed", left + from * width, box.path("y").asDouble());
        mouse("mouseMoved", left + to * width, box.path("y").asDouble());
        mouse("mouseReleased", left + to * width, box.path("y").asDouble());
    }

    private void mouse(String type, double x, double y) {
        call(
                "Input.dispatchMouseEvent",
                Map.of("type", type, "x", x, "y", y, "button", "left", "buttons", 1, "clickCount", 1));
    }

    public void type(String text) {
        call("Input.insertText", Map.of("text", text));
    }

    /** Presses Tab until the element with this name has the focus, and returns the names on the way. */
    public List<String> tabTo(String name) {
        List<String> passed = new ArrayList<>();
        while (passed.size() < 100) {
            press("Tab");
            String focused = evaluate("document.activeElement.getAttribute('aria-label')"
                            + " ?? (document.activeElement.textContent.trim() || document.activeElement.id)")
                    .asText();
            passed.add(focused);
            if (focused.equals(name)) {
                return passed;
            }
        }
        throw new AssertionError("expected the focus to reach " + name + ", found " + passed);
    }

    /** Writes a picture of the whole page to {@code target/screenshots}. */
    public void screenshot(String name) throws IOException {
        JsonNode size = evaluate("({ width: innerWidth, height: document.documentElement.scrollHeight })");
        capture(name, size.path("width").asInt(), size.path("height").asInt(), 1);
    }

    /** Likewise a small picture of what is visible, as the README shows it. */
    public void thumbnail(String name) throws IOException {
        JsonNode size = evaluate("({ width: innerWidth, height: innerHeight })");
        capture(name, size.path("width").asInt(), size.path("height").asInt(), 0.6);
    }

    private void capture(String name, int width, int height, double scale) throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "screenshots"));
        // Waits for the charts, which draw before the next frame.
        evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
        Map<String, Object> clip = Map.of("x", 0, "y", 0, "width", width, "height", height, "scale", scale);
        byte[] image = Base64.getDecoder()
                .decode(call(
                                "Page.captureScreenshot",
                                Map.of("format", "png", "captureBeyondViewport", true, "clip", clip))
                        .path("data")
                        .asText());
        Files.write(folder.resolve(name + ".png"), image);
    }

    /** The accessibility violations that axe-core finds. */
    public List<String> barriers() throws IOException {
        try (InputStream axe = Tab.class.getResourceAsStream("/axe.min.js")) {
            evaluate(new String(axe.readAllBytes(), StandardCharsets.UTF_8) + "; 0");
        }
        List<String> found = new ArrayList<>();
        evaluate("axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations.map((one) =>"
                        + " one.impact + ' ' + one.id + ': ' + one.nodes.map((node) => node.target + ' '"
                        + " + node.failureSummary).join('; ')))")
                .forEach(one -> found.add(one.asText()));
        return found;
    }

    /** Errors and warnings of the console and of scripts. */
    public List<String> errors() {
        return List.copyOf(errors);
    }

    /** Removes errors that a test causes intentionally. */
    public void ignoreErrors(String part) {
        errors.removeIf(complaint -> complaint.contains(part));
    }

    public List<URI> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() {
        tools.call(null, "Target.closeTarget", Map.of("targetId", target));
    }
}
