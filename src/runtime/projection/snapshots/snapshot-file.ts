/** The format of a snapshot file: a header line of JSON, then the state; a checksum covers both. */
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { position } from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import { digestText, type RollingDigest } from './rolling-digest.js';
import type { Snapshot } from './snapshot-store.js';
import { stateDigest } from './state-digest.js';

const FORMAT = 5;

/** The first line, as JSON. The state follows in V8's structured-clone format, which supports BigInt, Map and Date. */
export interface Header {
  readonly format: number;
  readonly position: number;
  readonly log: string;
  /** Of the commit that holds the position: SHA-256, hexadecimal. */
  readonly hash: string;
  readonly machine: string;
  /** Of the events that were folded. */
  readonly digest: RollingDigest;
  /** Of the state: SHA-256, hexadecimal. */
  readonly state: string;
  /** Of everything else, including the header's other fields. */
  readonly sha256: string;
}

export function toBytes({ position: at, log, hash, machine, digest, state }: Snapshot): Buffer {
  const body = serialize(state);
  const about = { format: FORMAT, position: at, log, hash, machine, digest, state: stateDigest(state) };
  const header: Header = { ...about, sha256: checksum(about, body) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]);
}

/** @throws Error that says what is wrong, unless the bytes are exactly what was written */
export function fromBytes(bytes: Buffer): Snapshot {
  const header = headerIn(bytes);
  const body = bytes.subarray(bytes.indexOf('\n') + 1);
  if (checksum(header, body) !== header.sha256) throw new Error('its digest is not that of its content');
  return {
    position: position(header.position),
    log: header.log,
    hash: header.hash,
    machine: header.machine,
    digest: header.digest,
    state: deserialize(body) as FoldState,
    stateDigest: header.state,
  };
}

/**
 * Reads the first line only, so the bytes may be just the beginning of a file. Does not verify the checksum.
 *
 * @throws Error when it cannot be read
 */
export function headerIn(bytes: Buffer): Header {
  const end = bytes.indexOf('\n');
  if (end < 0) throw new Error('it is cut off');
  const header = JSON.parse(bytes.toString('utf8', 0, end)) as Header;
  if (header.format !== FORMAT)
    throw new Error(`it has format ${header.format}, but this version reads ${FORMAT}`);
  return header;
}

function checksum(
  { position: at, log, hash, machine, digest, state }: Omit<Header, 'sha256'>,
  body: Buffer,
): string {
  return createHash('sha256')
    .update(`${FORMAT} ${at} ${log} ${hash} ${machine} ${digestText(digest)} ${state}\n`)
    .update(body)
    .digest('hex');
}
