-- Tenants and what signs on for them. Every table but `tenants` itself leads with the tenant.
-- Times are milliseconds since the Unix epoch. Ids are prefixed text (shared/identity).

CREATE TABLE tenants (
  id         TEXT PRIMARY KEY,
  slug       TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  guests     INTEGER NOT NULL DEFAULT 0 CHECK (guests IN (0, 1)),
  -- JSON, shape `identity::TenantSettings`: allowed origins, request budgets, guest quotas.
  settings   TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
  version    INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_clients (
  tenant_id   TEXT NOT NULL REFERENCES tenants (id),
  id          TEXT NOT NULL,
  name        TEXT NOT NULL,
  -- Hex SHA-256 of a secret of 256 random bits; a slow hash guards guessable secrets, which this is not.
  secret_hash TEXT NOT NULL,
  disabled_at INTEGER,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- A directory: an API client signs on by its id alone.
CREATE UNIQUE INDEX api_clients_by_id ON api_clients (id);

-- A person who hosts without an account. Everything it owns goes when it expires.
CREATE TABLE host_sessions (
  tenant_id  TEXT NOT NULL REFERENCES tenants (id),
  id         TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX host_sessions_by_age ON host_sessions (tenant_id, created_at);
CREATE INDEX host_sessions_by_expiry ON host_sessions (expires_at);

-- The answers of creating requests, replayed for 24 hours.
CREATE TABLE idempotency_keys (
  tenant_id  TEXT NOT NULL,
  principal  TEXT NOT NULL,
  route      TEXT NOT NULL,
  key        TEXT NOT NULL,
  body_hash  TEXT NOT NULL,
  -- NULL while the first request is in flight.
  status     INTEGER,
  headers    TEXT,
  body       TEXT,
  created_at INTEGER NOT NULL,
  -- When the request in flight began; a later one may take over what was lost with its isolate.
  taken_at   INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, principal, route, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
