ALTER TABLE registry.schemas ADD COLUMN resolved text;
COMMENT ON COLUMN registry.schemas.schema IS 'The schema as it was first written.';
COMMENT ON COLUMN registry.schemas.resolved IS 'The schema with the types of its references written out; null if it has none.';

ALTER TABLE registry.versions ADD COLUMN deleted boolean NOT NULL DEFAULT false;
ALTER TABLE registry.versions DROP CONSTRAINT versions_subject_schema_id_key;
CREATE UNIQUE INDEX versions_alive ON registry.versions (subject, schema_id) WHERE NOT deleted;
COMMENT ON COLUMN registry.versions.deleted IS 'Deleted, but still there for those who have its id or number.';

CREATE TABLE registry.schema_references (
    schema_id integer NOT NULL REFERENCES registry.schemas (id) ON DELETE CASCADE,
    position  integer NOT NULL,
    name      text    NOT NULL,
    subject   text    NOT NULL,
    version   integer NOT NULL,
    PRIMARY KEY (schema_id, position),
    FOREIGN KEY (subject, version) REFERENCES registry.versions (subject, version)
);
CREATE INDEX schema_references_by_version ON registry.schema_references (subject, version);
COMMENT ON TABLE registry.schema_references IS 'Versions whose types a schema uses without defining them.';

CREATE TABLE registry.modes (
    subject text PRIMARY KEY,
    mode    text NOT NULL
);
INSERT INTO registry.modes (subject, mode) VALUES ('', 'READWRITE');
COMMENT ON TABLE registry.modes IS 'Modes that were set. The empty subject stands for all that have none of their own; its row is always there, shared by every change and locked by a change of mode.';

CREATE TABLE registry.identity (
    id uuid NOT NULL
);
INSERT INTO registry.identity (id) VALUES (gen_random_uuid());
COMMENT ON TABLE registry.identity IS 'One row: what tells this registry from others, whichever of its servers answers.';
