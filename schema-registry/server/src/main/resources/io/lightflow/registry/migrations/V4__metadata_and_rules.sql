ALTER TABLE registry.schemas
    ADD COLUMN metadata json,
    ADD COLUMN rule_set json,
    ADD COLUMN schema_fingerprint bytea;
UPDATE registry.schemas SET schema_fingerprint = fingerprint;
-- Servers of the former version, which do not write it, cannot store a schema any more.
ALTER TABLE registry.schemas ALTER COLUMN schema_fingerprint SET NOT NULL;
CREATE INDEX schemas_by_schema_fingerprint ON registry.schemas (schema_fingerprint);
ALTER TABLE registry.schema_references ADD COLUMN written text;
COMMENT ON COLUMN registry.schema_references.written IS 'The subject as the client wrote it, perhaps without its context; null for the same.';
COMMENT ON COLUMN registry.schemas.fingerprint IS 'SHA-256 over the schema''s normal form; with metadata or rules, SHA-256 over that hash and their canonical JSON. Tells a collision of ids from the same content again.';
COMMENT ON COLUMN registry.schemas.schema_fingerprint IS 'SHA-256 over the schema''s normal form alone.';
COMMENT ON COLUMN registry.schemas.metadata IS 'Tags, properties and names of sensitive properties; null for none.';
COMMENT ON COLUMN registry.schemas.rule_set IS 'Rules that clients apply; null for none.';
