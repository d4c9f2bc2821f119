//! A bare socket, for frames that no proper client would send.
import WebSocket from 'ws';
import { watch } from './leaks';
import { liveOrigin } from './server';
import { eventually } from './time';

export interface Closed {
  code: number;
  reason: string;
}

/** The answer to an upgrade that was refused. */
export interface Refused {
  status: number;
  /** The problem's code; none if the answer is not ours. */
  code: string | undefined;
}

/** One WebSocket with everything it received. */
export class RawSocket {
  readonly frames: any[] = [];
  readonly texts: string[] = [];
  closed: Closed | undefined;

  private constructor(
    readonly socket: WebSocket,
    ticket: string,
  ) {
    socket.on('message', (data, binary) => {
      const text = data.toString();
      watch(text, ticket);
      this.texts.push(text);
      if (!binary && text.startsWith('{')) this.frames.push(JSON.parse(text));
    });
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    socket.on('error', () => undefined);
  }

  /** Opens a socket; the answer when it is not opened. */
  static open(ticket: { ticket: string; live_url: string }, headers: Record<string, string> = {}): Promise<RawSocket | Refused> {
    return RawSocket.with(ticket.live_url, ['lectern.v1', `ticket.${ticket.ticket}`], headers);
  }

  /** Opens a socket that must open. */
  static async opened(ticket: { ticket: string; live_url: string }): Promise<RawSocket> {
    const socket = await RawSocket.open(ticket);
    if (!(socket instanceof RawSocket)) throw new Error(`no socket: ${socket.status} ${socket.code}`);
    return socket;
  }

  static with(path: string, protocols: string[], headers: Record<string, string> = {}): Promise<RawSocket | Refused> {
    const url = new URL(path, liveOrigin());
    url.protocol = 'ws:';
    const ticket = protocols[1]?.slice('ticket.'.length) ?? '';
    const raw = new RawSocket(new WebSocket(url, protocols, { headers }), ticket);
    return new Promise((done) => {
      raw.socket.on('open', () => done(raw));
      raw.socket.on('unexpected-response', (request, response) => {
        const status = response.statusCode ?? 0;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => done({ status, code: undefined }));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          watch(text, ticket);
          done({ status, code: codeIn(text) });
          request.destroy();
        });
      });
      raw.socket.on('error', () => done({ status: 0, code: undefined }));
    });
  }

  /** What becomes of a socket: status and code of a refused upgrade, the code of a close, or `open`. */
  static async fate(ticket: { ticket: string; live_url: string }, headers: Record<string, string> = {}): Promise<string | number> {
    const socket = await RawSocket.open(ticket, headers);
    if (!(socket instanceof RawSocket)) return `${socket.status} ${socket.code}`;
    socket.send({ type: 'hello' });
    await eventually('welcome or close', () => socket.frames.length > 0 || socket.closed !== undefined, 5_000, 10);
    socket.close();
    return socket.closed?.code ?? 'open';
  }

  /** Opens a socket that must open, and says hello. */
  static async hello(ticket: { ticket: string; live_url: string }, resume?: Record<string, number>): Promise<RawSocket> {
    const socket = await RawSocket.opened(ticket);
    socket.send(resume === undefined ? { type: 'hello' } : { type: 'hello', resume });
    await socket.next((frame) => frame.type === 'welcome');
    return socket;
  }

  /** Whether frames may still come. After a close frame none does, but the local runtime may end the connection later. */
  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The first frame that fits, waiting for it. */
  next(fits: (frame: any) => boolean, within = 5_000): Promise<any> {
    return eventually('a frame', () => this.frames.find(fits), within, 10);
  }

  /** The answer to a command of this id. */
  answer(id: number): Promise<any> {
    return this.next((frame) => (frame.type === 'ack' || frame.type === 'refused') && frame.id === id);
  }

  /** Why it was closed. */
  end(within = 15_000): Promise<Closed> {
    return eventually('the close', () => this.closed, within, 10);
  }

  close(): void {
    this.socket.close();
  }
}

function codeIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { code?: string }).code;
  } catch {
    return undefined;
  }
}
