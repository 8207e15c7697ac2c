-- The editors' desk.

-- What both sides sent each other, team by team.
DROP INDEX dispatch_by_mailbox;
CREATE INDEX dispatch_by_mailbox ON dispatch (mailbox, team, kind, day);

-- What a team sees of a mailbox: a correspondence. `last_day` is that of the last dispatch between the two.
CREATE TABLE correspondence (
    team     TEXT NOT NULL,
    mailbox  BLOB NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    last_day INTEGER NOT NULL,
    PRIMARY KEY (team, mailbox)
) WITHOUT ROWID;

CREATE INDEX correspondence_by_day ON correspondence (team, last_day, mailbox);
CREATE INDEX correspondence_by_mailbox ON correspondence (mailbox);

INSERT INTO correspondence
    SELECT DISTINCT p.team, p.mailbox, coalesce(
        (SELECT max(d.day) FROM dispatch d INDEXED BY dispatch_by_mailbox
         WHERE d.mailbox = p.mailbox AND d.team = p.team),
        (SELECT last_day FROM mailbox WHERE id = p.mailbox))
    FROM party p;

-- Accounts. `credentials` are opaque; `epoch` changes when every session is to end; `used` marks the last
-- code that was taken, without telling when; `feed` is a hash.
CREATE TABLE editor (
    name        TEXT PRIMARY KEY,
    credentials BLOB NOT NULL,
    epoch       BLOB NOT NULL CHECK (length(epoch) = 16),
    used        BLOB,
    feed        BLOB UNIQUE
) WITHOUT ROWID;

CREATE TABLE editor_team (
    editor TEXT NOT NULL REFERENCES editor (name) ON DELETE CASCADE,
    team   TEXT NOT NULL,
    PRIMARY KEY (editor, team)
) WITHOUT ROWID;

-- What an editor notes for themselves.
CREATE TABLE mark (
    editor  TEXT NOT NULL REFERENCES editor (name) ON DELETE CASCADE,
    team    TEXT NOT NULL,
    mailbox BLOB NOT NULL,
    starred INTEGER NOT NULL DEFAULT 0,
    muted   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (editor, team, mailbox),
    FOREIGN KEY (team, mailbox) REFERENCES correspondence (team, mailbox) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX mark_by_correspondence ON mark (team, mailbox);

-- What a team notes for all of its editors.
CREATE TABLE label (
    team    TEXT NOT NULL,
    mailbox BLOB NOT NULL,
    label   TEXT NOT NULL,
    PRIMARY KEY (team, mailbox, label),
    FOREIGN KEY (team, mailbox) REFERENCES correspondence (team, mailbox) ON DELETE CASCADE
) WITHOUT ROWID;

-- One line a day for each thing that somebody did, however often.
CREATE TABLE journal (
    day  INTEGER NOT NULL,
    team TEXT NOT NULL,
    who  TEXT NOT NULL,
    did  INTEGER NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (day, team, who, did, what)
) WITHOUT ROWID;

CREATE INDEX journal_by_what ON journal (what);

-- Downloads: frozen lists of dispatches.
CREATE TABLE frozen (
    id     BLOB PRIMARY KEY CHECK (length(id) = 16),
    reader TEXT NOT NULL REFERENCES editor (name) ON DELETE CASCADE,
    team   TEXT NOT NULL,
    day    INTEGER NOT NULL,
    count  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX frozen_by_day ON frozen (day);
CREATE INDEX frozen_by_reader ON frozen (reader);

CREATE TABLE frozen_item (
    frozen   BLOB NOT NULL REFERENCES frozen (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    dispatch BLOB NOT NULL REFERENCES dispatch (id) ON DELETE CASCADE,
    PRIMARY KEY (frozen, position)
) WITHOUT ROWID;

CREATE INDEX frozen_item_by_dispatch ON frozen_item (dispatch);
