package io.lightflow.reports.http;

import java.util.Optional;

/** Finds the accounts of tokens that the settings do not name. */
public interface TokenVerifier {
    /** @return empty if the token is not valid */
    Optional<RequestPrincipal> principal(String token);
}
