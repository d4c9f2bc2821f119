//! The control of `cargo xtask bench speedrun`: the least that a quiz on this platform can do, in plain
//! JavaScript, by the platform's own documentation: hibernatable sockets, synchronous SQLite, prepared D1.
//!
//! It does what is counted and nothing else: a join is one D1 row read, one call to the object and one row;
//! a socket opened is one row (its ticket, used up) and one welcome; an answer is one row and one
//! acknowledgement; a host's command is one row and one frame to each socket. No signatures, no rules, no
//! resume, no report. The frames it sends are those that the other side sent: the load generator hands them
//! over with `/setup`.
import { DurableObject } from 'cloudflare:workers';

const RUN = 'SELECT tenant_id, speedrun_id FROM join_codes WHERE code = ?1 AND expires_at > ?2';

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (request.headers.get('upgrade') === 'websocket') return room(env, pathname.slice('/live/'.length)).fetch(request);
    if (pathname === '/join') return join(await request.json(), env);
    if (pathname === '/ticket') return ticket(await request.json());
    if (pathname === '/setup') return setup(await request.json(), env);
    return new Response('not found', { status: 404 });
  },
};

/** Finds the run by its code, takes a seat in its object. */
async function join({ code, name, key }, env) {
  const run = await env.DB.prepare(RUN).bind(code, Date.now()).first();
  if (run === null) return new Response('unknown code', { status: 404 });
  const seat = crypto.randomUUID();
  await room(env, run.speedrun_id).admit(seat, name, key);
  return Response.json({ seat, name, run: run.speedrun_id, ...fresh(seat) }, { status: 201 });
}

/** A further ticket for a seat. */
function ticket({ seat }) {
  return Response.json({ seat, ...fresh(seat) }, { status: 201 });
}

function fresh(seat) {
  return { ticket: `${seat}.${crypto.randomUUID()}` };
}

/** A run with its code, and the frames that its object sends. */
async function setup({ run, code, frames }, env) {
  await env.DB.batch([
    env.DB.prepare(
      'CREATE TABLE IF NOT EXISTS join_codes (code TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, ' +
        'speedrun_id TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    ),
    env.DB.prepare('INSERT INTO join_codes VALUES (?1, ?2, ?3, ?4)').bind(code, 'tenant', run, Date.now() + 86_400_000),
  ]);
  await room(env, run).setup(frames);
  return Response.json({ run });
}

function room(env, name) {
  return env.ROOM.get(env.ROOM.idFromName(name));
}

export class Room extends DurableObject {
  #sql;
  #frames;

  constructor(ctx, env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS frames (name TEXT PRIMARY KEY, text TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS seats (seat TEXT PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS tickets (ticket TEXT PRIMARY KEY);
      CREATE TABLE IF NOT EXISTS answers (id INTEGER PRIMARY KEY, seat TEXT NOT NULL, question INTEGER NOT NULL, choice TEXT NOT NULL, at INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS commands (id INTEGER PRIMARY KEY, command TEXT NOT NULL, at INTEGER NOT NULL);
    `);
    this.#remember();
  }

  setup(frames) {
    for (const [name, text] of Object.entries(frames)) this.#sql.exec('INSERT OR REPLACE INTO frames VALUES (?, ?)', name, text);
    this.#remember();
  }

  admit(seat, name, key) {
    this.#sql.exec('INSERT INTO seats VALUES (?, ?, ?)', seat, name, key);
  }

  fetch(request) {
    const [, ticket] = request.headers.get('sec-websocket-protocol').split(', ticket.');
    this.#sql.exec('INSERT INTO tickets VALUES (?)', ticket);
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment(ticket.slice(0, ticket.indexOf('.')));
    return new Response(null, { status: 101, webSocket: client, headers: { 'sec-websocket-protocol': 'lectern.v1' } });
  }

  webSocketMessage(socket, text) {
    const frame = JSON.parse(text);
    if (frame.type === 'hello') return socket.send(this.#frames.welcome);
    const { id, command } = frame;
    switch (command.type) {
      case 'answer':
        this.#answer(socket, command);
        this.#ack(socket, id);
        if (this.#frames.judged_alone) socket.send(this.#frames.judged_alone);
        return;
      case 'advance':
        this.#answer(socket, command);
        this.#ack(socket, id);
        return socket.send(this.#frames.opened);
      default:
        this.#sql.exec('INSERT INTO commands (command, at) VALUES (?, ?)', text, Date.now());
        this.#ack(socket, id);
        return this.#tell(this.#frames[command.type], command.type === 'reveal' ? this.#frames.judged : undefined);
    }
  }

  webSocketClose(socket, code) {
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
  }

  #answer(socket, { index = 0, choice = null }) {
    const values = [socket.deserializeAttachment(), index, JSON.stringify(choice), Date.now()];
    this.#sql.exec('INSERT INTO answers (seat, question, choice, at) VALUES (?, ?, ?, ?)', ...values);
  }

  #ack(socket, id) {
    socket.send(`{"type":"ack","id":${id},"at":${Date.now()},"reply":${this.#frames.reply}}`);
  }

  /** The same bytes to everybody; after a reveal each also gets a frame of its own. */
  #tell(text, own) {
    for (const socket of this.ctx.getWebSockets()) {
      socket.send(text);
      if (own) socket.send(own);
    }
  }

  #remember() {
    this.#frames = Object.fromEntries(this.#sql.exec('SELECT name, text FROM frames').raw());
  }
}
