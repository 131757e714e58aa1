-- Every change of a schema or a setting reads a mode first. Servers of the former version, which know neither the other
-- settings nor the other modes, find no table of modes any more: they still read, and change nothing.
ALTER TABLE registry.modes RENAME TO subject_modes;
ALTER TABLE registry.subject_modes ALTER COLUMN mode DROP NOT NULL;
UPDATE registry.subject_modes SET mode = NULL WHERE subject = '' AND mode = 'READWRITE';
COMMENT ON COLUMN registry.subject_modes.mode IS 'Null if none is set.';
COMMENT ON TABLE registry.subject_modes IS 'Modes of subjects, of contexts (:.NAME:) and of all others (the empty subject). The row of the empty subject is always there, shared by every change and locked by a change of mode.';

CREATE TABLE registry.configs (
    subject text  PRIMARY KEY,
    config  jsonb NOT NULL
);
COMMENT ON TABLE registry.configs IS 'Settings of subjects, of contexts (:.NAME:) and of all others (the empty subject). A subject may have settings before it exists.';
COMMENT ON COLUMN registry.configs.config IS 'The fields that were set, with the names of the API; the others are inherited.';

INSERT INTO registry.configs (subject, config)
SELECT subject, jsonb_build_object('compatibilityLevel', level) FROM registry.compatibility;
DROP TABLE registry.compatibility;
