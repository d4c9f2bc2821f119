//! Formulas: MathML from the server, rebuilt from what is known to be harmless.
//!
//! Invariant: nothing that is not on the lists below reaches the page, whoever wrote it.

import { readable } from './rich';

const ELEMENTS = new Set(
  (
    'math mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle merror mpadded mphantom msub msup msubsup munder mover ' +
    'munderover mmultiscripts mprescripts none mtable mtr mtd menclose semantics'
  ).split(' '),
);

const ATTRIBUTES = new Set(
  (
    'display dir mathvariant displaystyle scriptlevel form fence separator stretchy symmetric maxsize minsize largeop ' +
    'movablelimits lspace rspace accent accentunder linethickness width height depth voffset columnalign rowalign ' +
    'columnspacing rowspacing columnspan rowspan notation mathsize'
  ).split(' '),
);

const NAMESPACE = 'http://www.w3.org/1998/Math/MathML';
const MAX_DEPTH = 100;

/** The formula as an element of this document; none if there is nothing in it that may be shown. */
export function formula(mathml: string, tex: string): Element | undefined {
  const source = new DOMParser().parseFromString(mathml, 'text/html').body.querySelector('math');
  const math = source === null ? undefined : rebuilt(source, 0);
  // Headings and buttons are named after what stands in them, and MathML alone has no name.
  math?.setAttribute('aria-label', readable(mathml, tex));
  return math;
}

function rebuilt(source: Element, depth: number): Element | undefined {
  const name = source.localName;
  if (!ELEMENTS.has(name) || depth > MAX_DEPTH) return undefined;
  const element = document.createElementNS(NAMESPACE, name);
  for (const { name: attribute, value } of source.attributes) {
    if (ATTRIBUTES.has(attribute)) element.setAttribute(attribute, value);
  }
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) element.append(child.textContent ?? '');
    else if (child instanceof Element) element.append(rebuilt(child, depth + 1) ?? '');
  }
  return element;
}
