/** How a state is kept in a column: as JSON where that says all of it, otherwise in V8's structured-clone format, as in snapshots. */
import { deserialize, serialize } from 'node:v8';
import type { FoldState } from '../../fold/fold-state.js';

/** A text is JSON, bytes are V8's. */
export type KeptState = string | Buffer;

/** JSON is written three times as fast, and most states are JSON; BigInt, Map, Set, Date and undefined are not. */
export function keptState(state: FoldState): KeptState {
  return isJson(state.context) ? JSON.stringify(state) : serialize(state);
}

/** @throws Error when it is neither */
export function stateOf(kept: string | ArrayBuffer): FoldState {
  return (typeof kept === 'string' ? JSON.parse(kept) : deserialize(Buffer.from(kept))) as FoldState;
}

export function bytesOf(kept: string | ArrayBuffer | Buffer): number {
  return typeof kept === 'string' ? 2 * kept.length : kept.byteLength;
}

/** Whether JSON gives back an equal value. */
function isJson(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed();
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'boolean':
      return true;
    case 'object':
      return value === null || isJsonObject(value);
    default:
      return false;
  }
}

function isJsonObject(value: object): boolean {
  if (Array.isArray(value)) return value.every(isJson) && Object.keys(value).length === value.length;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Not by identity, which differs in objects of another realm, such as a test's.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain && !('toJSON' in value) && Object.values(value).every(isJson);
}
