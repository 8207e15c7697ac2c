-- A dispatch may be a note: of an editor to the own team, in a mailbox whose source knows nothing of it. It has a
-- position among the others, and changes no day of the mailbox.
CREATE TABLE dispatch_6 (
    id       BLOB PRIMARY KEY CHECK (length(id) = 16),
    mailbox  BLOB NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    kind     INTEGER NOT NULL CHECK (kind IN (0, 1, 2)),  -- 0 submission, 1 reply, 2 note
    team     TEXT NOT NULL,
    day      INTEGER NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    sent_by  TEXT
) WITHOUT ROWID;

INSERT INTO dispatch_6 SELECT id, mailbox, kind, team, day, position, sent_by FROM dispatch;
DROP TABLE dispatch;
ALTER TABLE dispatch_6 RENAME TO dispatch;

CREATE INDEX dispatch_by_mailbox ON dispatch (mailbox, team, kind, day);
CREATE INDEX dispatch_by_team ON dispatch (team, kind);
CREATE INDEX dispatch_by_day ON dispatch (kind, day);
