//! A bare socket, for frames that no proper client would send.
import WebSocket from 'ws';
import { liveOrigin } from './server';
import { eventually } from './time';

export interface Closed {
  code: number;
  reason: string;
}

/** One WebSocket with everything it received. */
export class RawSocket {
  readonly frames: any[] = [];
  readonly texts: string[] = [];
  closed: Closed | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data, binary) => {
      const text = data.toString();
      this.texts.push(text);
      if (!binary && text.startsWith('{')) this.frames.push(JSON.parse(text));
    });
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    socket.on('error', () => undefined);
  }

  /** Opens a socket; the status of the answer when it is not opened. */
  static open(ticket: { ticket: string; live_url: string }, headers: Record<string, string> = {}): Promise<RawSocket | number> {
    return RawSocket.with(ticket.live_url, ['lectern.v1', `ticket.${ticket.ticket}`], headers);
  }

  static with(path: string, protocols: string[], headers: Record<string, string> = {}): Promise<RawSocket | number> {
    const url = new URL(path, liveOrigin());
    url.protocol = 'ws:';
    const raw = new RawSocket(new WebSocket(url, protocols, { headers }));
    return new Promise((done) => {
      raw.socket.on('open', () => done(raw));
      raw.socket.on('unexpected-response', (request, response) => {
        done(response.statusCode ?? 0);
        request.destroy();
      });
      raw.socket.on('error', () => done(0));
    });
  }

  /** What becomes of a socket: the status of a refused upgrade, the code of a close, or `open`. */
  static async fate(ticket: { ticket: string; live_url: string }, headers: Record<string, string> = {}): Promise<number | 'open'> {
    const socket = await RawSocket.open(ticket, headers);
    if (typeof socket === 'number') return socket;
    socket.send({ type: 'hello' });
    await eventually('welcome or close', () => socket.frames.length > 0 || socket.closed !== undefined, 5_000, 10);
    socket.close();
    return socket.closed?.code ?? 'open';
  }

  /** Opens a socket that must open, and says hello. */
  static async hello(ticket: { ticket: string; live_url: string }, resume?: Record<string, number>): Promise<RawSocket> {
    const socket = await RawSocket.open(ticket);
    if (typeof socket === 'number') throw new Error(`no socket: ${socket}`);
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
