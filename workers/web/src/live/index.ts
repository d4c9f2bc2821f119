//! Everything a program needs to take part in a live session. Tenants get exactly this.

export { LiveClient, PROTOCOL, type Connection, type Listener, type Options, type Session, type Socket } from './client';
export { CLOSE, closeReason, comesBack } from './close';
export { Refused, type Ack } from './commands';
export { ServerClock } from './clock';
export { NoTicket, fetchTicket, type Ticket, type TicketSource } from './tickets';
