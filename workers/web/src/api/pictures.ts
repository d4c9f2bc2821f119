//! Pictures: they need a token, so they are fetched and shown from memory.

import { getContext, setContext } from 'svelte';
import { request } from './http';

/** The pictures of one page. */
export interface Pictures {
  /** The address of a picture's bytes, for this page only. */
  url(id: string): Promise<string>;
  /** A picture's bytes. */
  bytes(id: string): Promise<Blob>;
}

const CONTEXT = Symbol('pictures');

/** Pictures below a path, each fetched once. */
export function pictures(base: string, token: () => string | undefined): Pictures {
  const known = new Map<string, Promise<{ blob: Blob; url: string }>>();
  const get = (id: string) => {
    let picture = known.get(id);
    if (picture === undefined) {
      picture = load(`${base}/${encodeURIComponent(id)}`, token());
      picture.catch(() => known.delete(id)); // a later showing tries again
      known.set(id, picture);
    }
    return picture;
  };
  return { url: async (id) => (await get(id)).url, bytes: async (id) => (await get(id)).blob };
}

async function load(path: string, token: string | undefined): Promise<{ blob: Blob; url: string }> {
  const response = await request(path, { token });
  const blob = await response.blob();
  return { blob, url: URL.createObjectURL(blob) };
}

/** Lets the components below find pictures. */
export const offerPictures = (source: Pictures): Pictures => setContext(CONTEXT, source);

/** The pictures offered above. */
export const thePictures = (): Pictures | undefined => getContext<Pictures | undefined>(CONTEXT);
