package io.lightflow.reports.budget;

import io.lightflow.reports.gate.BudgetGate;
import io.lightflow.reports.gate.Decision;
import io.lightflow.reports.http.Access;
import io.lightflow.reports.http.AccessGate;
import io.lightflow.reports.http.Caller;
import io.lightflow.reports.http.Json;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * {@code GET /v1/campaigns/{id}/decision}, before everything else: a bidder asks for each of its bids. What is not
 * answered with a decision goes the way of all other requests, so that it fails as they do.
 */
public final class DecisionHandler extends Handler.Wrapper {
    private static final String PREFIX = "/v1/campaigns/";
    private static final String SUFFIX = "/decision";
    private static final HttpField JSON = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, Json.CONTENT_TYPE);
    private static final HttpField NO_STORE = new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
    private static final HttpField NO_SNIFF = new PreEncodedHttpField("X-Content-Type-Options", "nosniff");

    private final BudgetGate gate;
    private final Access access;
    private final Map<Decision, byte[]> bodies = new EnumMap<>(Decision.class);
    private final Map<Decision, LongAdder> answers = new EnumMap<>(Decision.class);

    public DecisionHandler(BudgetGate gate, Access access) {
        this.gate = gate;
        this.access = access;
        for (Decision decision : Decision.values()) {
            bodies.put(decision, Json.bytes(Answer.of(decision)));
            answers.put(decision, new LongAdder());
        }
    }

    /** How often a decision was given. */
    public long answers(Decision decision) {
        return answers.get(decision).sum();
    }

    /** The thread that has read a request answers it: handing it to another takes longer than the decision. */
    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = request.getHttpURI().getPath();
        if (!path.endsWith(SUFFIX) || !path.startsWith(PREFIX) || !HttpMethod.GET.is(request.getMethod())) {
            return handOver(request, response, callback);
        }
        HttpFields headers = request.getHeaders();
        Optional<Caller> caller = access.caller(headers.get(HttpHeader.AUTHORIZATION));
        if (caller.isEmpty()
                || !AccessGate.maySiteRead(access, headers.get("Sec-Fetch-Site"), headers.get(HttpHeader.HOST))
                || path.length() <= PREFIX.length() + SUFFIX.length()) {
            return handOver(request, response, callback);
        }
        String id = path.substring(PREFIX.length(), path.length() - SUFFIX.length());
        if (id.indexOf('/') >= 0) {
            return handOver(request, response, callback);
        }
        Decision decision = Answer.decide(gate, caller.get(), id.indexOf('%') < 0 ? id : decoded(id));
        answers.get(decision).increment();
        response.getHeaders().put(JSON).put(NO_STORE).put(NO_SNIFF);
        response.write(true, ByteBuffer.wrap(bodies.get(decision)), callback);
        return true;
    }

    /** All other requests may block their thread, which then must not be the one that reads. */
    private boolean handOver(Request request, Response response, Callback callback) {
        request.getContext().execute(() -> {
            try {
                if (!super.handle(request, response, callback)) {
                    Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
                }
            } catch (Throwable cause) {
                Response.writeError(request, response, callback, cause);
            }
        });
        return true;
    }

    /** Jetty has refused what is not encoded well. A plus sign in a path is one. */
    private static String decoded(String id) {
        return URLDecoder.decode(id.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
