CREATE TABLE registry.schemas (
    id          integer     PRIMARY KEY CHECK (id > 0),
    fingerprint bytea       NOT NULL UNIQUE CHECK (octet_length(fingerprint) = 32),
    schema      text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE registry.schemas IS 'Every schema once, whatever subjects hold it. Rows never change.';
COMMENT ON COLUMN registry.schemas.id IS 'The first 31 bits after the sign of the fingerprint: derived from the content, never counted.';
COMMENT ON COLUMN registry.schemas.fingerprint IS 'SHA-256 over the schema''s normal form; tells a collision of ids from the same schema again.';

CREATE TABLE registry.subjects (
    name       text        PRIMARY KEY CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE registry.subjects IS 'A subject''s row is locked while one of its versions is being registered.';

CREATE TABLE registry.versions (
    subject    text        NOT NULL REFERENCES registry.subjects (name),
    version    integer     NOT NULL CHECK (version > 0),
    schema_id  integer     NOT NULL REFERENCES registry.schemas (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject, version),
    UNIQUE (subject, schema_id)
);
CREATE INDEX versions_by_schema ON registry.versions (schema_id);

CREATE TABLE registry.compatibility (
    subject text PRIMARY KEY,
    level   text NOT NULL
);
COMMENT ON TABLE registry.compatibility IS 'Levels that were set; the empty subject stands for all that have none of their own. A subject may have a level before it exists.';
