//! Before the first file: the Workers run. After the last: nothing of them is left but their log.
import { existsSync, rmSync } from 'node:fs';
import { sql } from './database';
import { kill, startFresh, storage } from './server';

/** A page of this origin may call the API for the tenant `birch`. */
export const ALLOWED_ORIGIN = 'https://school.example';

export async function setup(): Promise<void> {
  await startFresh();
  const set = (slug: string, path: string, value: string) =>
    `UPDATE tenants SET settings = json_set(settings, '${path}', json('${value}')) WHERE slug = '${slug}';`;
  await sql(
    // Scripts ask more than people do.
    set('alder', '$.budgets', '{"tenant_per_minute":600000,"principal_per_minute":60000}') +
      set('birch', '$.origins', JSON.stringify([ALLOWED_ORIGIN])) +
      set('closed', '$.budgets', '{"tenant_per_minute":600,"principal_per_minute":10}') +
      "UPDATE tenants SET guests = 0 WHERE slug = 'closed'",
  );
}

export async function teardown(): Promise<void> {
  const folder = storage();
  await kill();
  if (process.env['KEEP_STORAGE'] === undefined && existsSync(folder)) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
