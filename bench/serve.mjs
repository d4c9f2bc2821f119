//! Workers on workerd without anything in front: Miniflare writes workerd's configuration and starts it,
//! every Worker that clients talk to has a port of its own, and what workerd logs goes to a file without
//! passing through this process. From then on this process sleeps.
//!
//! Argument, as JSON: `storage` (a folder, kept), `log` (a file), `inspector` (whether CPU profiles can be
//! taken), `counted` (whether `count.js` counts what would be billed), `workers`: `[{config, port}]`, where
//! `config` is a wrangler configuration and `port` says whether the Worker gets a port. Prints one line of JSON, `{ports: {name: port}, inspector}`, and runs until its
//! standard input ends.
import { copyFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const HERE = import.meta.dirname;
const { storage, log, inspector, counted, workers } = JSON.parse(process.argv[2]);
// Read while the module is loaded: a shell that appends workerd's output to the file becomes workerd.
process.env.LECTERN_WORKERD_LOG = log;
process.env.LECTERN_WORKERD = (await import('workerd')).default.default ?? (await import('workerd')).default;
process.env.MINIFLARE_WORKERD_PATH = join(HERE, 'workerd.sh');
// Neither asks the web for anything.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
process.env.WRANGLER_SEND_METRICS = 'false';
process.env.WRANGLER_LOG = 'error';

const { Miniflare, Log, LogLevel } = await import('miniflare');
const { unstable_getMiniflareWorkerOptions: options, unstable_readConfig: read } = await import('wrangler');

const MODULES = [
  { type: 'ESModule', include: ['**/*.js'] },
  { type: 'CompiledWasm', include: ['**/*.wasm'] },
];

/** A Worker as its wrangler configuration describes it. */
function worker({ config, port }) {
  const { name, durable_objects } = read({ config });
  const { workerOptions, main: built } = options(config);
  const own = durable_objects.bindings.filter(({ script_name }) => script_name === undefined);
  const main = counted ? wrap(built, own) : built;
  return {
    ...workerOptions,
    name,
    modules: true,
    modulesRules: MODULES,
    modulesRoot: dirname(resolve(main)),
    scriptPath: resolve(main),
    unsafeDirectSockets: port ? [{ host: '127.0.0.1', port: 0 }] : [],
  };
}

/** Puts `count.js` around a Worker and its objects; the file of what comes out. */
function wrap(main, objects) {
  const folder = dirname(resolve(main));
  copyFileSync(join(HERE, 'count.js'), join(folder, 'count.js'));
  const classes = objects.map(({ class_name: name }) => `export const ${name} = countedObject(worker.${name});`);
  const text = `import { counted, countedObject } from './count.js';
import * as worker from './index.js';
export default counted(worker.default);
${classes.join('\n')}
`;
  writeFileSync(join(folder, 'counted.js'), text);
  return join(folder, 'counted.js');
}

const persist = (kind) => join(storage, 'v3', kind);
const miniflare = new Miniflare({
  host: '127.0.0.1',
  port: 0,
  cf: false,
  log: new Log(LogLevel.ERROR),
  ...(inspector ? { inspectorPort: 0 } : {}),
  d1Persist: persist('d1'),
  r2Persist: persist('r2'),
  durableObjectsPersist: persist('do'),
  kvPersist: persist('kv'),
  cachePersist: persist('cache'),
  workflowsPersist: persist('workflows'),
  secretsStorePersist: persist('secrets-store'),
  workers: workers.map(worker),
});
await miniflare.ready;
const ports = {};
for (const { config, port } of workers) {
  const { name } = read({ config });
  if (port) ports[name] = Number((await miniflare.unsafeGetDirectURL(name)).port);
}
const inspected = inspector ? Number((await miniflare.getInspectorURL()).port) : null;
process.stdout.write(`${JSON.stringify({ ports, inspector: inspected })}\n`);

process.stdin.resume();
process.stdin.on('end', () => miniflare.dispose().then(() => process.exit(0)));
