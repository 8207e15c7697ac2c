-- Whom a dispatch is sealed to: a set of the team's keys, by fingerprints; the source's key of a reply stands with the
-- mailbox. Not known of dispatches of before, and of those that were sealed offline. A set goes with the last dispatch
-- that names it.
CREATE TABLE key_set (
    id  BLOB NOT NULL CHECK (length(id) = 16),
    key BLOB NOT NULL CHECK (length(key) = 16),
    PRIMARY KEY (id, key)
) WITHOUT ROWID;

ALTER TABLE dispatch ADD COLUMN sealed_to BLOB CHECK (length(sealed_to) = 16);

CREATE INDEX dispatch_by_key_set ON dispatch (sealed_to, team);
