-- The dispatches of a mailbox stand in an order of their own, either way, whatever their team: 1, 2 and on without a
-- gap, so that it does not tell that something was deleted. It is shown nowhere and leaves the box in nothing.
-- Those of before come by day, as they were shown.
ALTER TABLE dispatch ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

UPDATE dispatch SET position = ordered.position FROM (
    SELECT id, row_number() OVER (PARTITION BY mailbox ORDER BY day, kind, id) AS position FROM dispatch
) AS ordered WHERE ordered.id = dispatch.id;

-- Visits that were left: none of their forms is good any more. A random id and the day, nothing else.
CREATE TABLE burned (
    visit BLOB PRIMARY KEY CHECK (length(visit) = 16),
    day   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX burned_by_day ON burned (day);

-- Who of the editors sent an answer, or brought it sealed; "operator" where it came by command. Not known of those of
-- before.
ALTER TABLE dispatch ADD COLUMN sent_by TEXT;

-- Lines of a journal stand in an order within their day, over all teams: 1, 2 and on without a gap. It is no time.
-- Those of before come as they were shown.
ALTER TABLE journal ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

UPDATE journal SET position = ordered.position FROM (
    SELECT day, team, who, did, what,
           row_number() OVER (PARTITION BY day ORDER BY who DESC, did DESC, what DESC, team DESC) AS position
    FROM journal
) AS ordered
WHERE ordered.day = journal.day AND ordered.team = journal.team AND ordered.who = journal.who
    AND ordered.did = journal.did AND ordered.what = journal.what;

CREATE INDEX journal_by_day ON journal (day, position);
