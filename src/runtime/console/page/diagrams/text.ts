/** How much room a text of a diagram takes: all of it is in a monospaced type, so that it can be told without a page. */
import type { Size } from './layout.js';

export interface TextStyle {
  /** In pixels, as in `styles/diagram.css`. */
  readonly fontSize: number;
  readonly lineHeight: number;
}

export const TITLE: TextStyle = { fontSize: 13, lineHeight: 18 };
export const LABEL: TextStyle = { fontSize: 11.5, lineHeight: 15 };

/** The widest of the monospaced types that browsers take is a little narrower. */
const ADVANCE = 0.62;

const MAX_CHARACTERS = 40;

export function sizeOf(lines: readonly string[], { fontSize, lineHeight }: TextStyle): Size {
  const longest = Math.max(0, ...lines.map((line) => line.length));
  return { width: Math.ceil(longest * fontSize * ADVANCE), height: lines.length * lineHeight };
}

/** The whole text is to be had elsewhere, as in a `title`. */
export function shortened(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS - 1)}…`;
}
