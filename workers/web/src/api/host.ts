//! What a host asks of the API.

import type { Pace } from '../generated/Pace';
import type { QuestionSet } from '../generated/QuestionSet';
import type { Settings } from '../generated/Settings';
import type { Distribution } from '../generated/Distribution';
import { json, request, type Fault } from './http';
import { keep, recall } from './storage';

/** A guest's sign-on, kept for its week. */
export interface HostSession {
  token: string;
  expires_at: string;
  tenant: { slug: string; name: string };
}

/** A question set in a list. */
export interface SetRecord {
  id: string;
  title: string;
  language?: string | null;
  format: string;
  question_count: number;
  categories: { name: string; questions: number }[];
  warnings: Fault[];
  shared: boolean;
  owned: boolean;
  created_at: string;
  updated_at: string;
}

/** A run in a list. */
export interface RunRecord {
  id: string;
  title: string;
  pace: Pace;
  status: string;
  participants?: number;
  created_at: string;
  code?: string;
}

/** A page of a list. */
export interface Page<T> {
  data: T[];
  next: string | null;
}

/** What came of a run. */
export interface Results {
  speedrun: RunRecord;
  questions: {
    index: number;
    kind: string;
    category?: string | null;
    text: string;
    answered: number;
    right: number;
    wrong: number;
    timed_out: number;
    mean_ms: number | null;
    distribution?: Distribution | null;
  }[];
  participants: { seat: string; name: string; rank: number | null; score: number; answered: number; right: number; removed?: boolean }[];
}

const name = (slug: string) => `lectern.host.${slug}`;

/** The sign-on this browser holds, unless it has expired. */
export function heldSession(slug: string): HostSession | undefined {
  const held = recall<HostSession>(name(slug));
  return held !== undefined && Date.parse(held.expires_at) > Date.now() ? held : undefined;
}

/** Signs on as a guest. */
export async function signOn(slug: string): Promise<HostSession> {
  const session = await json<HostSession>('/v1/sign-on/host', { json: { tenant: slug } });
  keep(name(slug), session);
  return session;
}

/** Forgets the sign-on. */
export function signOff(slug: string): void {
  keep(name(slug), undefined);
}

/** Everything a signed-on host may ask. */
export class HostApi {
  constructor(readonly token: string) {}

  /** A page of sets. */
  sets(cursor?: string): Promise<Page<SetRecord>> {
    return json(`/v1/question-sets?limit=50${from(cursor)}`, { token: this.token });
  }

  /** A set's record with its version. */
  async set(id: string): Promise<{ record: SetRecord; etag: string }> {
    const response = await request(`/v1/question-sets/${id}`, { token: this.token });
    return { record: (await response.json()) as SetRecord, etag: response.headers.get('etag') ?? '*' };
  }

  /** A set's questions with their solutions. */
  questions(id: string): Promise<QuestionSet> {
    return json(`/v1/question-sets/${id}/questions`, { token: this.token });
  }

  /** Uploads a set with its pictures. */
  upload(form: FormData, idempotencyKey: string): Promise<SetRecord> {
    return json('/v1/question-sets', { token: this.token, form, idempotencyKey });
  }

  /** Replaces a set's content, if it is still the version that was seen. */
  async replace(id: string, form: FormData, etag: string): Promise<SetRecord> {
    return json(`/v1/question-sets/${id}`, { method: 'PUT', token: this.token, form, headers: { 'if-match': etag } });
  }

  /** Gives a set another title. */
  async rename(id: string, title: string): Promise<void> {
    const { etag } = await this.set(id);
    await request(`/v1/question-sets/${id}`, { method: 'PATCH', token: this.token, json: { title }, headers: { 'if-match': etag } });
  }

  /** Deletes a set. */
  async remove(id: string): Promise<void> {
    await request(`/v1/question-sets/${id}`, { method: 'DELETE', token: this.token });
  }

  /** Downloads a set as a file. */
  async export(id: string, title: string, format: 'json' | 'gift'): Promise<void> {
    const response = await request(`/v1/question-sets/${id}/export?format=${format}`, { token: this.token });
    save(await response.blob(), `${fileName(title)}.${format === 'json' ? 'json' : 'gift.txt'}`);
  }

  /** Makes a run from a set. */
  create(
    of: { question_set: string; categories?: string[]; questions?: string[]; settings?: Partial<Settings> },
    idempotencyKey: string,
  ): Promise<RunRecord> {
    return json('/v1/speedruns', { token: this.token, json: of, idempotencyKey });
  }

  /** A page of runs. */
  runs(cursor?: string): Promise<Page<RunRecord>> {
    return json(`/v1/speedruns?limit=50${from(cursor)}`, { token: this.token });
  }

  /** A run's record. */
  run(id: string): Promise<RunRecord> {
    return json(`/v1/speedruns/${id}`, { token: this.token });
  }

  /** What came of a run. */
  results(id: string): Promise<Results> {
    return json(`/v1/speedruns/${id}/results`, { token: this.token, headers: { accept: 'application/json' } });
  }

  /** Downloads what came of a run as a table. */
  async csv(id: string, title: string): Promise<void> {
    const response = await request(`/v1/speedruns/${id}/results?format=csv`, { token: this.token, headers: { accept: 'text/csv' } });
    save(await response.blob(), `${fileName(title)}.csv`);
  }
}

/** A one-use way onto another screen. */
export function pairing(run: string, token: string, role: 'host' | 'wall'): Promise<{ url: string }> {
  return json(`/v1/speedruns/${run}/pairings`, { token, json: { role } });
}

const from = (cursor: string | undefined): string => (cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`);

const fileName = (title: string): string => title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'lectern';

function save(blob: Blob, as: string): void {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, download: as });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
