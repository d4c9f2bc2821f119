-- Where long upkeep work stands between two runs of the cron.

CREATE TABLE upkeep_cursors (
  job        TEXT PRIMARY KEY,
  cursor     TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
