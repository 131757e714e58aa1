package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * A version whose types another schema uses, with the field names of the API.
 *
 * @param name the full name of the used type
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Reference(String name, String subject, int version) {
    /** With the name of the subject that is the same in all contexts. */
    Reference resolvedIn(String contextPrefix) {
        return new Reference(name, Contexts.resolve(contextPrefix, subject), version);
    }
}
