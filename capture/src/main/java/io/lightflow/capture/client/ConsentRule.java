package io.lightflow.capture.client;

import java.util.Objects;
import java.util.Set;

/**
 * What a request must and must not say so that something identifying may be stored.
 *
 * @param tcf the part that the consent string plays
 * @param objections the headers that forbid it
 */
public record ConsentRule(Tcf tcf, Set<Objection> objections) {
    /** The most careful rule: a consent string is required, and every objection counts. */
    public static final ConsentRule STRICTEST = new ConsentRule(Tcf.REQUIRED, Set.of(Objection.values()));

    /** The part that the consent string plays. */
    public enum Tcf {
        /** Nothing identifying without a string that consents to purposes 1 and 7. */
        REQUIRED,
        /** A string counts if there is one, and must be there if the request says that the GDPR applies. */
        IF_PRESENT,
        IGNORED
    }

    /** A header by which a browser objects. */
    public enum Objection {
        /** Global Privacy Control. */
        GPC("sec-gpc"),
        /** Do Not Track. */
        DNT("dnt");

        private final String header;

        Objection(String header) {
            this.header = header;
        }

        /** The header's name; its value is 1 if the browser objects. */
        public String header() {
            return header;
        }
    }

    public ConsentRule {
        Objects.requireNonNull(tcf, "tcf");
        objections = Set.copyOf(objections);
    }

    /**
     * @param gdpr the parameter {@code gdpr}: 1 if the GDPR applies
     * @param consent the consent string; may be empty
     */
    public boolean allows(Set<Objection> raised, String gdpr, String consent) {
        if (raised.stream().anyMatch(objections::contains)) {
            return false;
        }
        return switch (tcf) {
            case IGNORED -> true;
            case REQUIRED -> TcfConsent.grants(consent);
            case IF_PRESENT -> consent.isEmpty() ? !gdpr.equals("1") : TcfConsent.grants(consent);
        };
    }
}
