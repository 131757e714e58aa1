package io.lightflow.registry.server;

/**
 * A part of a list.
 *
 * @param limit the greatest number of entries; null for all
 */
record Page(long offset, Long limit) {
    static final Page ALL = new Page(0, null);

    Page {
        if (offset < 0 || (limit != null && limit < 0)) {
            throw ApiException.badRequest("offset and limit must not be negative, were " + offset + " and " + limit);
        }
    }
}
