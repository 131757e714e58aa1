package io.lightflow.registry.server;

import java.util.List;

/**
 * The requested part of a list.
 *
 * @param limit the maximum number of entries; null for all
 */
record PageRequest(long offset, Long limit) {
    static final PageRequest ALL = new PageRequest(0, null);

    PageRequest {
        if (offset < 0 || (limit != null && limit < 0)) {
            throw ApiException.badRequest("offset and limit must not be negative, but are " + offset + " and " + limit);
        }
    }

    /** This part of a whole list. */
    <T> List<T> of(List<T> all) {
        return all.stream()
                .skip(offset)
                .limit(limit == null ? Long.MAX_VALUE : limit)
                .toList();
    }
}
