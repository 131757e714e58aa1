package io.lightflow.reports.budget;

import io.lightflow.reports.gate.BudgetGate;
import io.lightflow.reports.gate.Decision;
import io.lightflow.reports.http.ReportsAccessFilter;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.RequestPrincipal;
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
 * Serves {@code GET /v1/campaigns/{id}/decision} before all other handlers, because bidders request it for each bid. It
 * passes on requests without a decision, so that they fail like all other requests.
 */
public final class DecisionHandler extends Handler.Wrapper {
    private static final String PREFIX = "/v1/campaigns/";
    private static final String SUFFIX = "/decision";
    private static final HttpField JSON = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, ReportsJson.CONTENT_TYPE);
    private static final HttpField NO_STORE = new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
    private static final HttpField NO_SNIFF = new PreEncodedHttpField("X-Content-Type-Options", "nosniff");

    private final BudgetGate gate;
    private final ReportsAccounts access;
    private final Map<Decision, byte[]> bodies = new EnumMap<>(Decision.class);
    private final Map<Decision, LongAdder> decisions = new EnumMap<>(Decision.class);

    public DecisionHandler(BudgetGate gate, ReportsAccounts access) {
        this.gate = gate;
        this.access = access;
        for (Decision decision : Decision.values()) {
            bodies.put(decision, ReportsJson.bytes(DecisionResponse.of(decision)));
            decisions.put(decision, new LongAdder());
        }
    }

    /** How often this decision was returned. */
    public long decisions(Decision decision) {
        return decisions.get(decision).sum();
    }

    /** The thread that reads a request also responds: handing it to another thread takes longer than the decision. */
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
        Optional<RequestPrincipal> principal = access.principal(headers.get(HttpHeader.AUTHORIZATION));
        if (principal.isEmpty()
                || !ReportsAccessFilter.maySiteRead(access, headers.get("Sec-Fetch-Site"), headers.get(HttpHeader.HOST))
                || path.length() <= PREFIX.length() + SUFFIX.length()) {
            return handOver(request, response, callback);
        }
        String id = path.substring(PREFIX.length(), path.length() - SUFFIX.length());
        if (id.indexOf('/') >= 0) {
            return handOver(request, response, callback);
        }
        Decision decision = DecisionResponse.decide(gate, principal.get(), id.indexOf('%') < 0 ? id : decoded(id));
        decisions.get(decision).increment();
        response.getHeaders().put(JSON).put(NO_STORE).put(NO_SNIFF);
        response.write(true, ByteBuffer.wrap(bodies.get(decision)), callback);
        return true;
    }

    /** Passes on a request on another thread: all other requests may block, which the reading thread must not. */
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

    /** Decodes the id. Jetty has rejected invalid encodings, and a plus sign in a path is literal. */
    private static String decoded(String id) {
        return URLDecoder.decode(id.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
