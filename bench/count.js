//! Counts what the platform would bill, around a Worker as it is built: its own code is untouched.
//!
//! Every entry (a request, a message, an alarm, a batch of the queue) and every call to storage passes through
//! here. What storage itself says of rows (`rowsRead` and `rowsWritten` of a cursor, `meta` of D1) is added up.
//! `GET /__counted` tells the counts of the isolate, and is not counted.
import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers';

const counts = {};
/** Cursors whose statement may not have run to its end. */
let cursors = [];
/** Rows of objects by statement, so that one sees what is silly. */
const statements = {};

function add(what, number = 1) {
  counts[what] = (counts[what] ?? 0) + number;
}

/** Tells `after` the object, the result and the arguments of every call of a method, of all objects of its kind. */
function tap(object, method, after) {
  const prototype = Object.getPrototypeOf(object);
  const original = prototype[method];
  if (original.tapped) return;
  prototype[method] = function (...values) {
    const result = original.apply(this, values);
    after(this, result, ...values);
    return result;
  };
  prototype[method].tapped = true;
}

/** Everything that a Worker of ours may be given. */
function tapBindings(env) {
  if (env.DB !== undefined) tapDatabase(env.DB);
  if (env.BUCKET !== undefined) {
    for (const method of ['put', 'list', 'createMultipartUpload']) tap(env.BUCKET, method, () => add('r2_class_a'));
    for (const method of ['get', 'head']) tap(env.BUCKET, method, () => add('r2_class_b'));
    tap(env.BUCKET, 'delete', () => add('r2_free'));
  }
  if (env.RESULTS !== undefined) {
    tap(env.RESULTS, 'send', () => add('queue_writes'));
    tap(env.RESULTS, 'sendBatch', (queue, sent, messages) => add('queue_writes', [...messages].length));
  }
}

/** D1 says of each statement how many rows it read and wrote. */
function tapDatabase(database) {
  tap(Object.getPrototypeOf(database.alwaysPrimarySession), '_send', (session, answer) => {
    const told = answer.then((results) => {
      for (const { meta } of [results].flat()) {
        add('d1_statements');
        add('d1_rows_read', meta.rows_read);
        add('d1_rows_written', meta.rows_written);
      }
    });
    told.catch(() => undefined); // The caller has the same error.
  });
}

/** The rows of the statements that have run. */
function drain() {
  for (const { cursor, text } of cursors) {
    const { rowsRead, rowsWritten } = cursor;
    add('object_rows_read', rowsRead);
    add('object_rows_written', rowsWritten);
    const statement = (statements[text] ??= { times: 0, read: 0, written: 0 });
    statement.times += 1;
    statement.read += rowsRead;
    statement.written += rowsWritten;
  }
  cursors = [];
}

/** A Worker's own entries. */
export function counted(entry) {
  return class extends WorkerEntrypoint {
    #inner;

    constructor(ctx, env) {
      super(ctx, env);
      tapBindings(env);
      this.#inner = new entry(ctx, env);
    }

    fetch(request) {
      if (new URL(request.url).pathname === '/__counted') {
        drain();
        return Response.json({ counts, statements });
      }
      add('requests');
      return this.#inner.fetch(request);
    }

    async queue(batch) {
      add('queue_batches');
      add('queue_reads', batch.messages.length);
      tap(batch.messages[0], 'retry', () => add('queue_retries'));
      const before = counts.queue_retries ?? 0;
      await this.#inner.queue(batch);
      const retried = (counts.queue_retries ?? 0) - before;
      add('queue_deletes', batch.messages.length - retried);
    }

    scheduled(controller) {
      add('cron');
      return this.#inner.scheduled(controller);
    }
  };
}

/** The time in which at least one thing of an object was under way. */
class Activity {
  #running = 0;
  #since = 0;

  async during(work) {
    if (this.#running === 0) this.#since = Date.now();
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) add('object_active_ms', Date.now() - this.#since);
      drain();
    }
  }
}

/** Objects by what the platform handed to them. */
const activities = new WeakMap();

/** A Durable Object. It is active while a handler, or something that it left behind, is under way. */
export function countedObject(object) {
  return class extends DurableObject {
    #inner;
    #activity = new Activity();

    constructor(ctx, env) {
      super(ctx, env);
      add('objects');
      activities.set(ctx, this.#activity);
      tapBindings(env);
      tap(ctx.storage.sql, 'exec', (sql, cursor, text) => cursors.push({ cursor, text }));
      tap(ctx.storage, 'setAlarm', () => add('alarms_set'));
      tap(ctx.storage, 'deleteAlarm', () => add('alarms_deleted'));
      tap(ctx, 'waitUntil', (state, nothing, promise) => activities.get(state)?.during(() => promise));
      this.#inner = new object(ctx, env);
    }

    fetch(request) {
      add(request.headers.get('upgrade') === 'websocket' ? 'object_sockets' : 'object_requests');
      return this.#activity.during(() => this.#inner.fetch(request));
    }

    alarm(info) {
      add('object_alarms');
      return this.#activity.during(() => this.#inner.alarm(info));
    }

    webSocketMessage(socket, message) {
      add('object_messages');
      return this.#activity.during(() => this.#inner.webSocketMessage(socket, message));
    }

    webSocketClose(socket, code, reason, clean) {
      add('object_closes');
      return this.#activity.during(() => this.#inner.webSocketClose(socket, code, reason, clean));
    }

    webSocketError(socket, error) {
      return this.#activity.during(() => this.#inner.webSocketError(socket, error));
    }
  };
}
