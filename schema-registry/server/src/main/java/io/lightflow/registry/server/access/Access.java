package io.lightflow.registry.server.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Who may do what. Keeps hashes of the secrets, and compares in a time that says nothing about them. */
public final class Access {
    private static final String BASIC = "basic ";
    private static final String BEARER = "bearer ";

    /** Whoever comes may do everything. */
    public static final Access UNRESTRICTED = new Access(List.of());

    private record Known(Account account, byte[] hash) {}

    private final List<Known> known = new ArrayList<>();

    /** @param accounts empty to let everybody do everything */
    public Access(List<Account> accounts) {
        Set<String> names = new HashSet<>();
        for (Account account : accounts) {
            if (!names.add(account.name())) {
                throw new IllegalArgumentException("two accounts are called " + account.name());
            }
            known.add(new Known(
                    account,
                    account.kind() == Account.Kind.TOKEN
                            ? hash(BEARER + account.secret())
                            : hash(BASIC + account.name() + ":" + account.secret())));
        }
    }

    /** What becomes of a request. */
    public enum Verdict {
        ALLOWED,
        /** It is not known who asks. */
        UNKNOWN,
        /** It is known, and not enough. */
        FORBIDDEN
    }

    /** @param name of the account, for the audit; "-" if nobody was asked */
    public record Decision(Verdict verdict, String name) {}

    /** @param authorization the request's header of that name, or null */
    public Decision decide(String authorization, Role needed) {
        if (known.isEmpty() || needed == Role.OPEN) {
            return new Decision(Verdict.ALLOWED, "-");
        }
        Optional<Account> account = account(authorization);
        if (account.isEmpty()) {
            return new Decision(Verdict.UNKNOWN, "-");
        }
        Verdict verdict = account.get().role().covers(needed) ? Verdict.ALLOWED : Verdict.FORBIDDEN;
        return new Decision(verdict, account.get().name());
    }

    private Optional<Account> account(String authorization) {
        byte[] hash = hash(credentials(authorization));
        Account found = null;
        // All of them, always: an early end would tell how far it came.
        for (Known one : known) {
            if (MessageDigest.isEqual(one.hash(), hash)) {
                found = one.account();
            }
        }
        return Optional.ofNullable(found);
    }

    private static String credentials(String header) {
        if (header == null) {
            return "";
        }
        String scheme = header.substring(0, Math.min(header.length(), header.indexOf(' ') + 1))
                .toLowerCase(Locale.ROOT);
        String value = header.substring(scheme.length()).strip();
        if (scheme.equals(BASIC)) {
            try {
                return BASIC + new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return ""; // nobody has these credentials
            }
        }
        return scheme.equals(BEARER) ? BEARER + value : "";
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime must offer SHA-256, and this one does not", e);
        }
    }

    @Override
    public String toString() {
        return known.isEmpty()
                ? "unrestricted"
                : known.stream().map(Known::account).toList().toString();
    }
}
