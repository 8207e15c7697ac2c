-- Ciphertext. A file is the concatenation of its chunks by `seq`; the index says which files exist.
-- `id` is 43 random bits of the file's id, then `seq`: rows are not numbered by arrival, those of a file
-- follow each other, and finding a place for one never reads another's megabyte, as comparing keys in a
-- table WITHOUT ROWID would.
CREATE TABLE chunk (
    id   INTEGER PRIMARY KEY,
    file BLOB NOT NULL,
    seq  INTEGER NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (file, seq)
);

CREATE TABLE heartbeat (beat INTEGER NOT NULL);
INSERT INTO heartbeat VALUES (0);
