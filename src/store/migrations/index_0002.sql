-- Held drafts: files that arrived whole in an upload that was cut or postponed. Only their source sees
-- them: `head` (message) and `detail` (name, size, hash) are sealed to the source's own key. They need no
-- mailbox, so that editors know nothing of them.
CREATE TABLE draft (
    mailbox BLOB NOT NULL CHECK (length(mailbox) = 16),
    team    TEXT NOT NULL,
    day     INTEGER NOT NULL,  -- of the last addition
    head    BLOB NOT NULL,
    PRIMARY KEY (mailbox, team)
) WITHOUT ROWID;

CREATE TABLE held (
    file     BLOB PRIMARY KEY CHECK (length(file) = 16),
    mailbox  BLOB NOT NULL,
    team     TEXT NOT NULL,
    position INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    detail   BLOB NOT NULL,
    FOREIGN KEY (mailbox, team) REFERENCES draft (mailbox, team) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX held_by_draft ON held (mailbox, team, position);

-- What expiry looks for.
CREATE INDEX draft_by_day ON draft (day);
CREATE INDEX fetch_by_day ON fetch (day);
CREATE INDEX dispatch_by_day ON dispatch (kind, day);
CREATE INDEX mailbox_by_day ON mailbox (last_day);

-- Which teams a mailbox wrote to, and to how many keys: what an answer is checked by, also when the
-- submissions have expired. 0: not known (from before this table).
CREATE TABLE party (
    mailbox BLOB NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    team    TEXT NOT NULL,
    keys    INTEGER NOT NULL,
    PRIMARY KEY (mailbox, team, keys)
) WITHOUT ROWID;

INSERT INTO party SELECT DISTINCT mailbox, team, 0 FROM dispatch WHERE kind = 0;
