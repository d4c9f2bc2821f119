//! One-use tickets for sockets.

/** Admission to one socket. */
export interface Ticket {
  ticket: string;
  /** Where the socket is opened, relative to the origin or whole. */
  live_url: string;
}

/** No ticket was given; `final` says that asking again is pointless. */
export class NoTicket extends Error {
  constructor(
    readonly code: string,
    readonly final: boolean,
    readonly retryAfter = 0,
  ) {
    super(code);
    this.name = 'NoTicket';
  }
}

/** What a client needs to ask for tickets. */
export interface TicketSource {
  /** `https://…`, without a path. */
  origin: string;
  /** The run, `run_…`. */
  speedrun: string;
  /** A seat's token, or that of the run's owner together with `as`. */
  token: string;
  /** For an owner: which seat is wanted. `screen` names this screen among others. */
  as?: { role: 'host' | 'wall'; screen: string };
}

/** Asks for a ticket: `POST /v1/speedruns/{id}/tickets`. */
export async function fetchTicket(source: TicketSource, fetcher: typeof fetch): Promise<Ticket> {
  const url = `${source.origin}/v1/speedruns/${encodeURIComponent(source.speedrun)}/tickets`;
  const response = await fetcher(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${source.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(source.as ?? {}),
  });
  const body = (await response.json().catch(() => ({}))) as Partial<Ticket> & { code?: string };
  if (response.ok && typeof body.ticket === 'string' && typeof body.live_url === 'string') {
    return { ...body, ticket: body.ticket, live_url: body.live_url };
  }
  const busy = response.ok || response.status >= 500 || response.status === 429 || response.status === 408;
  const retryAfter = Number(response.headers.get('retry-after') ?? 0) * 1000;
  throw new NoTicket(body.code ?? `http_${response.status}`, !busy, Number.isFinite(retryAfter) ? retryAfter : 0);
}

/** The address of the socket. */
export function socketUrl(origin: string, liveUrl: string): string {
  const url = new URL(liveUrl, origin);
  url.protocol = url.protocol === 'http:' ? 'ws:' : url.protocol === 'https:' ? 'wss:' : url.protocol;
  return url.href;
}
