-- What exists. Small rows only; ids are random or derived, days are whole days of UTC.

-- Named values written once at init (derivation parameters, keys of tickets): opaque here.
CREATE TABLE fact (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE mailbox (
    id                BLOB PRIMARY KEY CHECK (length(id) = 16),
    designation       TEXT NOT NULL UNIQUE,
    source_recipients TEXT NOT NULL,
    last_day          INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE dispatch (
    id      BLOB PRIMARY KEY CHECK (length(id) = 16),
    mailbox BLOB NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    kind    INTEGER NOT NULL CHECK (kind IN (0, 1)),  -- 0 submission, 1 reply
    team    TEXT NOT NULL,
    day     INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX dispatch_by_mailbox ON dispatch (mailbox);
CREATE INDEX dispatch_by_team ON dispatch (team, kind);

-- Position 0 is the manifest. `size` is the padded, sealed size.
CREATE TABLE member (
    dispatch BLOB NOT NULL REFERENCES dispatch (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    file     BLOB NOT NULL UNIQUE CHECK (length(file) = 16),
    size     INTEGER NOT NULL,
    PRIMARY KEY (dispatch, position)
) WITHOUT ROWID;

CREATE TABLE fetch (
    dispatch BLOB NOT NULL REFERENCES dispatch (id) ON DELETE CASCADE,
    reader   TEXT NOT NULL,
    day      INTEGER NOT NULL,
    PRIMARY KEY (dispatch, reader)
) WITHOUT ROWID;

-- Written now and then so that the file's own time does not tell when somebody came.
CREATE TABLE heartbeat (beat INTEGER NOT NULL);
INSERT INTO heartbeat VALUES (0);
