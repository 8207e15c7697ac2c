-- A draft is of one form: a code may have several, each with a random id. Which form a draft came from stands
-- in its head, sealed to its source.
DROP INDEX held_by_draft;
DROP INDEX draft_by_day;
ALTER TABLE held RENAME TO held_3;
ALTER TABLE draft RENAME TO draft_3;

CREATE TABLE draft (
    id      BLOB PRIMARY KEY CHECK (length(id) = 16),
    mailbox BLOB NOT NULL CHECK (length(mailbox) = 16),
    team    TEXT NOT NULL,
    day     INTEGER NOT NULL,  -- of the last addition
    head    BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE held (
    file     BLOB PRIMARY KEY CHECK (length(file) = 16),
    draft    BLOB NOT NULL REFERENCES draft (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    detail   BLOB NOT NULL
) WITHOUT ROWID;

INSERT INTO draft SELECT randomblob(16), mailbox, team, day, head FROM draft_3;
INSERT INTO held
    SELECT h.file, d.id, h.position, h.size, h.detail
    FROM held_3 h JOIN draft d ON d.mailbox = h.mailbox AND d.team = h.team;

DROP TABLE held_3;
DROP TABLE draft_3;

CREATE INDEX draft_by_mailbox ON draft (mailbox);
CREATE INDEX draft_by_day ON draft (day);
CREATE INDEX held_by_draft ON held (draft, position);
