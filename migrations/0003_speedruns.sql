-- Speed-runs: the record while they live, and their results afterwards.

CREATE TABLE speedruns (
  tenant_id    TEXT NOT NULL REFERENCES tenants (id),
  id           TEXT NOT NULL,
  -- The guest host session that owns the run; NULL: the tenant does.
  owner_id     TEXT,
  set_id       TEXT NOT NULL,
  title        TEXT NOT NULL,
  pace         TEXT NOT NULL CHECK (pace IN ('host', 'self')),
  -- 'live' until the reporter has stored the results.
  status       TEXT NOT NULL DEFAULT 'live' CHECK (status IN ('live', 'finished')),
  questions    INTEGER NOT NULL,
  participants INTEGER NOT NULL DEFAULT 0,
  started_at   INTEGER,
  ended_at     INTEGER,
  end_reason   TEXT,
  -- The largest page of the report stored so far; NULL before the first.
  report_page  INTEGER,
  version      INTEGER NOT NULL DEFAULT 1,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX speedruns_by_owner ON speedruns (tenant_id, owner_id, id);

-- A directory: the codes of live runs. Freed by the reporter, or when they expire.
CREATE TABLE join_codes (
  code        TEXT PRIMARY KEY,
  tenant_id   TEXT NOT NULL,
  speedrun_id TEXT NOT NULL,
  -- The longer secret of the QR link, which opens the same run.
  link        TEXT NOT NULL UNIQUE,
  expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX join_codes_by_run ON join_codes (tenant_id, speedrun_id);
CREATE INDEX join_codes_by_expiry ON join_codes (expires_at);

CREATE TABLE speedrun_questions (
  tenant_id   TEXT NOT NULL,
  speedrun_id TEXT NOT NULL,
  -- Position in the run, from 0.
  position    INTEGER NOT NULL,
  kind        TEXT NOT NULL,
  category    TEXT,
  text        TEXT NOT NULL,
  answered    INTEGER NOT NULL,
  right       INTEGER NOT NULL,
  wrong       INTEGER NOT NULL,
  timed_out   INTEGER NOT NULL,
  mean_ms     INTEGER,
  -- JSON, shape `quiz::report::Distribution`.
  distribution TEXT NOT NULL CHECK (json_valid(distribution)),
  PRIMARY KEY (tenant_id, speedrun_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE speedrun_participants (
  tenant_id   TEXT NOT NULL,
  speedrun_id TEXT NOT NULL,
  seat_id     TEXT NOT NULL,
  name        TEXT NOT NULL,
  removed     INTEGER NOT NULL DEFAULT 0,
  rank        INTEGER,
  score       INTEGER NOT NULL,
  answered    INTEGER NOT NULL,
  right       INTEGER NOT NULL,
  joined_at   INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, speedrun_id, seat_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE speedrun_answers (
  tenant_id   TEXT NOT NULL,
  speedrun_id TEXT NOT NULL,
  seat_id     TEXT NOT NULL,
  position    INTEGER NOT NULL,
  -- JSON, shape `quiz::Choice`; NULL: the time ran out.
  choice      TEXT CHECK (choice IS NULL OR json_valid(choice)),
  -- 'right', 'partial', 'wrong', 'unscored', 'timed_out'.
  outcome     TEXT NOT NULL,
  points      INTEGER NOT NULL,
  used_ms     INTEGER,
  answered_at INTEGER,
  PRIMARY KEY (tenant_id, speedrun_id, seat_id, position)
) STRICT, WITHOUT ROWID;

-- Messages that no consumer could work off; listed and re-driven by an operator.
CREATE TABLE dead_letters (
  id          TEXT PRIMARY KEY,
  queue       TEXT NOT NULL,
  body        TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  redriven_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX dead_letters_by_age ON dead_letters (received_at);
