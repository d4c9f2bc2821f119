-- How many host sessions one address began is counted, so that nobody uses up a tenant's hour alone. A keyed
-- hash stands for the address (shared/identity, `pseudonym`), and goes with the session.

ALTER TABLE host_sessions ADD COLUMN address TEXT;

CREATE INDEX host_sessions_by_address ON host_sessions (tenant_id, address, created_at);
