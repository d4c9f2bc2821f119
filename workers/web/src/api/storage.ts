//! What a browser keeps. Where it keeps nothing (private windows), a page works until it is closed.

const fallback = new Map<string, string>();

/** What is kept under a name, if it is there and readable. */
export function recall<T>(name: string): T | undefined {
  try {
    const text = localStorage.getItem(name) ?? fallback.get(name);
    return text == null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

/** Keeps something; `undefined` forgets it. */
export function keep(name: string, value: unknown): void {
  fallback.delete(name);
  try {
    if (value === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch {
    if (value !== undefined) fallback.set(name, JSON.stringify(value));
  }
}
