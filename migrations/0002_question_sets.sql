-- Question sets: the record. The uploaded original and the normalised form lie in R2.

CREATE TABLE question_sets (
  tenant_id      TEXT NOT NULL REFERENCES tenants (id),
  id             TEXT NOT NULL,
  -- The guest host session that owns the set; NULL: the tenant does.
  owner_id       TEXT,
  -- 1: guests of the tenant may see and play it.
  shared         INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)),
  title          TEXT NOT NULL,
  format         TEXT NOT NULL,
  language       TEXT,
  question_count INTEGER NOT NULL,
  -- JSON array of `{"name", "questions"}`.
  categories     TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(categories)),
  -- JSON array of import warnings.
  warnings       TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(warnings)),
  original_name  TEXT,
  original_bytes INTEGER NOT NULL,
  -- The R2 prefix of this revision; a replaced set gets a new one.
  revision       TEXT NOT NULL,
  version        INTEGER NOT NULL DEFAULT 1,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX question_sets_by_owner ON question_sets (tenant_id, owner_id, id);
CREATE INDEX question_sets_shared ON question_sets (tenant_id, id) WHERE shared = 1;

CREATE TABLE question_set_images (
  tenant_id    TEXT NOT NULL,
  set_id       TEXT NOT NULL,
  id           TEXT NOT NULL,
  content_type TEXT NOT NULL,
  bytes        INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, set_id, id),
  FOREIGN KEY (tenant_id, set_id) REFERENCES question_sets (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
