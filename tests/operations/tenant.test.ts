//! `cargo xtask tenant create`: a tenant and its first client, on the storage of running Workers.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Api, anyone, must, type Credentials } from '../harness/api';
import { sql } from '../harness/database';
import { command, storage } from '../harness/server';
import { aSet, singleChoice } from '../harness/sets';

const create = (slug: string, ...more: string[]) => command('tenant', 'create', '--slug', slug, '--name', 'A School', '--persist-to', storage(), ...more);

describe('cargo xtask tenant create', () => {
  it('makes a tenant whose client signs on, and prints the secret once', { timeout: 120_000 }, async () => {
    const slug = `school-${randomBytes(4).toString('hex')}`;
    const said = await create(slug, '--guests', '--json');
    const { tenant_id, client_id, client_secret } = JSON.parse(said) as Credentials;
    const signedOn = await anyone.post('/v1/token', { grant_type: 'client_credentials', client_id, client_secret });
    const api = new Api(must(signedOn, 200).access_token);
    expect(await aSet(api, [singleChoice('Q')])).toMatch(/^set_/);
    expect(must(await anyone.post('/v1/sign-on/host', { tenant: slug }), 201).tenant).toMatchObject({ slug, name: 'A School' });
    const [stored] = await sql<{ row: string }>(`SELECT json_group_array(json_array(id, name, secret_hash)) AS row FROM api_clients WHERE tenant_id = '${tenant_id}'`);
    expect(stored!.row).toContain(client_id);
    expect(stored!.row).not.toContain(client_secret);

    const again = create(slug);
    await expect(again).rejects.toThrow(/there is a tenant/);
    expect(await sql(`SELECT id FROM tenants WHERE slug = '${slug}'`)).toHaveLength(1);
  });

  it('lets nobody host without an account unless it is told to', { timeout: 120_000 }, async () => {
    const slug = `quiet-${randomBytes(4).toString('hex')}`;
    const said = await create(slug);
    expect(said).toMatch(/client id +cli_[0-9a-z]{26}\n +client secret +lsk_\S+\n/);
    expect((await anyone.post('/v1/sign-on/host', { tenant: slug })).status).toBe(404);
  });
});
