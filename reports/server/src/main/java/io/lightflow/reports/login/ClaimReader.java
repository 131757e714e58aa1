package io.lightflow.reports.login;

import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.reports.login.OpenIdSettings.ClaimMapping;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads an account from the claims of a token. */
final class ClaimReader {
    private static final int MAX_NAME_CHARACTERS = 200;

    private final ClaimMapping mapping;

    ClaimReader(ClaimMapping mapping) {
        this.mapping = mapping;
    }

    /** @return empty if the claims give no role, or lack a name or the advertiser */
    Optional<RequestPrincipal> principal(Map<String, Object> claims) {
        Optional<String> name =
                strings(claims, mapping.name()).stream().findFirst().filter(ClaimReader::isName);
        Optional<ReportsRole> role = strings(claims, mapping.role()).stream()
                .map(mapping.roles()::get)
                .filter(found -> found != null)
                .max(Comparator.naturalOrder());
        if (name.isEmpty() || role.isEmpty() || isUnverifiedAddress(claims)) {
            return Optional.empty();
        }
        if (mapping.advertiser().isEmpty()) {
            return Optional.of(new RequestPrincipal(name.get(), role.get(), Optional.empty()));
        }
        List<String> advertisers = strings(claims, mapping.advertiser().get());
        // Without the claim nobody knows what the account may see.
        return advertisers.size() == 1 && !advertisers.get(0).isBlank()
                ? Optional.of(new RequestPrincipal(
                        name.get(),
                        role.get(),
                        Optional.of(advertisers.get(0)).filter(one -> !one.equals(ClaimMapping.ALL_ADVERTISERS))))
                : Optional.empty();
    }

    /** Somebody may have entered the address of another person. */
    private boolean isUnverifiedAddress(Map<String, Object> claims) {
        // Some providers write the claim as a string.
        return mapping.name().equals(ClaimMapping.DEFAULT_NAME)
                && "false".equalsIgnoreCase(String.valueOf(claims.get("email_verified")));
    }

    private static boolean isName(String name) {
        return !name.isBlank()
                && name.length() <= MAX_NAME_CHARACTERS
                && name.chars().noneMatch(Character::isISOControl);
    }

    /** The strings of a claim; none if it is missing. */
    private static List<String> strings(Map<?, ?> claims, String path) {
        Object value = claims.get(path);
        int dot = path.indexOf('.');
        if (value == null && dot > 0) {
            return claims.get(path.substring(0, dot)) instanceof Map<?, ?> inner
                    ? strings(inner, path.substring(dot + 1))
                    : List.of();
        }
        if (value instanceof String text) {
            return List.of(text);
        }
        return value instanceof List<?> list
                ? list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }
}
