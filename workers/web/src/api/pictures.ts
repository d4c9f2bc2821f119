//! Pictures: they need a token, so they are fetched and shown from memory.

import { getContext, setContext } from 'svelte';
import { request } from './http';

/** Gives the address of a picture's bytes, for this page only. */
export type Pictures = (id: string) => Promise<string>;

const CONTEXT = Symbol('pictures');

/** Pictures below a path, each fetched once. */
export function pictures(base: string, token: () => string | undefined): Pictures {
  const known = new Map<string, Promise<string>>();
  return (id) => {
    let url = known.get(id);
    if (url === undefined) {
      url = load(`${base}/${encodeURIComponent(id)}`, token());
      url.catch(() => known.delete(id)); // a later showing tries again
      known.set(id, url);
    }
    return url;
  };
}

async function load(path: string, token: string | undefined): Promise<string> {
  const response = await request(path, { token });
  return URL.createObjectURL(await response.blob());
}

/** Lets the components below find pictures. */
export const offerPictures = (source: Pictures): Pictures => setContext(CONTEXT, source);

/** The pictures offered above. */
export const thePictures = (): Pictures | undefined => getContext<Pictures | undefined>(CONTEXT);
