//! Why a socket was closed, and whether to come back. The table of `Close` in shared/live/src/wire.rs.

/** Close codes of the platform, 4000–4099. */
export const CLOSE = {
  over: { code: 4000, comeBack: false },
  replaced: { code: 4001, comeBack: false },
  removed: { code: 4003, comeBack: false },
  too_fast: { code: 4004, comeBack: true },
  bad_frames: { code: 4005, comeBack: false },
  too_slow: { code: 4006, comeBack: true },
  no_hello: { code: 4008, comeBack: true },
  full: { code: 4009, comeBack: true },
  restart: { code: 4012, comeBack: true },
} as const;

/** A reason of the table, by its code. */
export function closeReason(code: number): keyof typeof CLOSE | undefined {
  for (const [reason, row] of Object.entries(CLOSE)) {
    if (row.code === code) return reason as keyof typeof CLOSE;
  }
  return undefined;
}

/** Whether the client comes back by itself. Codes that are not in the table are accidents of the network. */
export function comesBack(code: number): boolean {
  const reason = closeReason(code);
  return reason === undefined || CLOSE[reason].comeBack;
}
