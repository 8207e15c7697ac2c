-- Ciphertext. A file is the concatenation of its chunks by `seq`; the index says which files exist.
CREATE TABLE chunk (
    file BLOB NOT NULL,
    seq  INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (file, seq)
) WITHOUT ROWID;

CREATE TABLE heartbeat (beat INTEGER NOT NULL);
INSERT INTO heartbeat VALUES (0);
