//! The running Workers: started once for all files, killed and started again by whoever wants to.
//!
//! Invariant: what runs is written in a file, so that every test process, and the end of the tests,
//! finds it. A kill is a SIGKILL to the whole process group: nothing gets to clean up.
import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { sleep } from './time';

export const ROOT = resolve(import.meta.dirname, '../..');
export const OUTPUT = join(ROOT, 'tests/output');
const STATE = join(OUTPUT, 'server.json');
const LOG = join(OUTPUT, 'server.log');
const START_WITHIN = 180_000;

/** The tenants that every storage has; `closed` lets nobody host without an account. */
const TENANTS = ['alder', 'birch', 'closed'];

/** What is served, and by which process group. */
export interface Running {
  port: number;
  storage: string;
  group: number | null;
  /** A build of `live` for fault tests, instead of the plain one. */
  variant?: string | undefined;
  /** Only these Workers; the others run in a process of their own on the same storage. */
  only?: string[];
  /** The port of `live`, where it has one of its own. */
  livePort?: number;
}

/** Where the front door answers. */
export function origin(): string {
  return `http://127.0.0.1:${running().port}`;
}

/** Where sockets are opened: as in production, that may be another program than the front door. */
export function liveOrigin(): string {
  const { port, livePort } = running();
  return `http://127.0.0.1:${livePort ?? port}`;
}

/** The folder in which the runtime keeps everything. */
export function storage(): string {
  return running().storage;
}

/** Everything that the Workers logged so far. */
export function log(): string {
  return existsSync(LOG) ? readFileSync(LOG, 'utf8') : '';
}

/** Starts on a new storage folder. */
export async function startFresh(variant = process.env['LECTERN_VARIANT']): Promise<void> {
  mkdirSync(OUTPUT, { recursive: true });
  rmSync(LOG, { force: true });
  keep({ port: await freePort(), storage: freshStorage(), group: null, variant });
  await start();
}

/** The path of a folder that is not there. */
export function freshStorage(name = 'storage'): string {
  const folder = join(OUTPUT, `${name}-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  return folder;
}

/** Starts, or starts again, on the same storage and port. */
export async function start(): Promise<void> {
  keep(await serve(running(), keep));
}

/** Kills every process of the runtime, at once. */
export async function kill(): Promise<void> {
  keep(await end(running()));
}

/** Kills the runtime and starts it again on what it had stored. */
export async function killAndStart(): Promise<void> {
  await kill();
  await start();
}

/** Serves until it is killed; resolves when the port answers. `begun` learns of the processes before that. */
export async function serve(what: Running, begun: (running: Running) => void): Promise<Running> {
  const tenants = TENANTS.flatMap((slug) => ['--tenant', slug]);
  const variant = what.variant === undefined ? [] : ['--variant', what.variant];
  const only = (what.only ?? []).flatMap((worker) => ['--only', worker]);
  const args = ['serve', '--no-build', '--port', String(what.port), '--persist-to', what.storage, ...tenants, ...variant, ...only];
  const output = openSync(LOG, 'a');
  const [program, first] = xtask();
  const child = spawn(program, [...first, ...args], { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', output] });
  closeSync(output);
  child.unref();
  const now = { ...what, group: child.pid ?? null };
  begun(now);
  const ready = new Promise<void>((done, failed) => {
    child.stdout?.on('data', (text: Buffer) => text.toString().includes('ready ') && done());
    child.on('exit', () => failed(new Error(`the Workers did not start; see ${LOG}\n${log().slice(-2_000)}`)));
    setTimeout(() => failed(new Error('the Workers did not start in time')), START_WITHIN).unref();
  });
  await ready;
  child.stdout?.destroy();
  return now;
}

/** SIGKILL to the whole process group; resolves when nothing answers on the port any more. */
export async function end(what: Running): Promise<Running> {
  if (what.group === null) return what;
  try {
    process.kill(-what.group, 'SIGKILL');
  } catch {
    // It is gone already.
  }
  for (let tries = 0; tries < 100 && (await answers(what.port)); tries += 1) await sleep(20);
  return { ...what, group: null };
}

/** Runs an xtask command; what it printed. */
export async function command(...args: string[]): Promise<string> {
  const [program, first] = xtask();
  const { stdout } = await promisify(execFile)(program, [...first, ...args], { cwd: ROOT });
  return stdout;
}

/** How xtask is called: the program that runs these tests, or cargo when they are run by hand. */
export function xtask(): [string, string[]] {
  const program = process.env['LECTERN_XTASK'];
  return program === undefined ? ['cargo', ['xtask']] : [program, []];
}

/** A port nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** What runs now, for all test processes. */
export function running(): Running {
  return JSON.parse(readFileSync(STATE, 'utf8')) as Running;
}

/** Notes what runs now. */
export function keep(state: Running): void {
  writeFileSync(STATE, JSON.stringify(state));
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/v1/health`).then(
    () => true,
    () => false,
  );
}
