package io.lightflow.registry.server;

import io.javalin.http.Context;

/** The form in which a query asks for schemas and their references. */
final class SchemaFormat {
    private static final String RESOLVED = "resolved";
    private static final String QUALIFIED = "qualified";

    private final SchemaStore schemas;

    SchemaFormat(SchemaStore schemas) {
        this.schemas = schemas;
    }

    /** Whether references are inlined. */
    static boolean isResolved(Context context) {
        return RESOLVED.equals(context.queryParam("format"));
    }

    /** Whether the subjects of references have their contexts. */
    static boolean isQualified(Context context) {
        return QUALIFIED.equals(context.queryParam("referenceFormat"));
    }

    /** The version in the form that the query asks for. */
    SubjectVersion of(Context context, SubjectVersion version) {
        if (isResolved(context) && !version.references().isEmpty()) {
            String resolved = schemas.schema(version.id())
                    .map(StoredSchema::resolved)
                    .orElseThrow(() -> ApiException.versionNotFound(version.version()));
            return version.withSchema(resolved, version.references());
        }
        return isQualified(context) ? version.withSchema(version.schema(), version.qualifiedReferences()) : version;
    }
}
