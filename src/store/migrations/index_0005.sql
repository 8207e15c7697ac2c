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
