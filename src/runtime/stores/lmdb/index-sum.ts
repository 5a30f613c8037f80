/** A sum over the entries of all indexes, kept with every commit: an index that was damaged has another sum. */
import * as lmdb from 'lmdb';
import type { CommitId, Position } from '../../event-log/event.js';
import type { LmdbFiles } from './lmdb-files.js';
import { INDEX_SUM, type EntryListener } from './file-check/entry-listener.js';
import type { Key } from './file-check/layout.js';

/** The keys under which the indexes name a commit. */
export interface IndexKeys {
  readonly id: CommitId;
  readonly last: Position;
  readonly types: Iterable<string>;
  readonly tags: Iterable<string>;
}

/** The bytes that lmdb stores for a key. Its types do not declare it. */
const { keyValueToBuffer } = lmdb as unknown as { readonly keyValueToBuffer: (key: string) => Buffer };

/** FNV-1a: two entries that differ in one byte never have the same hash. */
const PRIME = 0x01000193;

/** What the hash of an entry begins with. */
const SEEDS = { ids: 0x811c9dc5, types: 0x2b3c4d5e, tags: 0x5f6e7d8c } as const;

type IndexName = keyof typeof SEEDS;

const isIndex = (table: string): table is IndexName => table in SEEDS;

/** In these bytes a character is its own key. */
const [FIRST_PLAIN, LAST_PLAIN] = [28, 127];

/**
 * Guards against damage and not against forgery. One entry that has changed always changes the sum; of other damage, one case in
 * 2^32 or fewer does not. The number of commits tells when a version of Leftfold that keeps no sum has written to the log.
 */
export class IndexSum {
  private constructor(
    private commits: number,
    private one: number,
    private other: number,
  ) {}

  static ofNothing(): IndexSum {
    return new IndexSum(0, 0, 0);
  }

  /** What the log keeps; undefined when it keeps none. */
  static parse(kept: unknown): IndexSum | undefined {
    const [, commits, one, other] =
      /^(\d+) ([0-9a-f]{8}) ([0-9a-f]{8})$/.exec(typeof kept === 'string' ? kept : '') ?? [];
    if (commits === undefined || one === undefined || other === undefined) return undefined;
    return new IndexSum(Number(commits), Number.parseInt(one, 16), Number.parseInt(other, 16));
  }

  toString(): string {
    return [String(this.commits), ...[this.one, this.other].map(inHex)].join(' ');
  }

  copy(): IndexSum {
    return new IndexSum(this.commits, this.one, this.other);
  }

  get commitCount(): number {
    return this.commits;
  }

  addCommit({ id, last, types, tags }: IndexKeys): void {
    this.addHash('ids', hashOfNumber(last, hashOfText(id, SEEDS.ids)));
    const size = encodePosition(last);
    for (const type of types) this.addHash('types', hashOfEncoded(size, hashOfText(type, SEEDS.types)));
    for (const tag of tags) this.addHash('tags', hashOfEncoded(size, hashOfText(tag, SEEDS.tags)));
  }

  /** @param hash of an entry: of its table, its key and its value */
  addHash(table: IndexName, hash: number): void {
    if (table === 'ids') this.commits += 1;
    this.one = (this.one + mixed(hash)) >>> 0;
    this.other = (this.other + mixed(hash ^ 0x9e3779b9)) >>> 0;
  }
}

/** Sums up the entries of the indexes while the pages of a data file are checked, and finds the sum that the file keeps. */
export class FoundIndexes implements EntryListener {
  readonly #sum = IndexSum.ofNothing();
  #kept: string | undefined;
  #table: IndexName = 'ids';
  #keyHash = 0;

  /** Whether the indexes are those that the log has kept the sum of. */
  get areAsKept(): boolean {
    return this.#kept === String(this.#sum) || (this.#kept === undefined && this.#sum.commitCount === 0);
  }

  wants(table: string, key: Key): boolean {
    if (!isIndex(table)) return false;
    this.#table = table;
    this.#keyHash = hashOfBytes(key, SEEDS[table]);
    return true;
  }

  value(value: Key): void {
    const hash =
      this.#table === 'ids'
        ? hashOfNumber(storedNumber(value), this.#keyHash)
        : hashOfBytes(value, this.#keyHash);
    this.#sum.addHash(this.#table, hash);
  }

  keptSum(text: string): void {
    this.#kept = text;
  }
}

/**
 * The sum of a log that is about to be written to; kept in it if it was not.
 *
 * @param ofEveryCommit what the indexes should hold, if they were checked against all commits
 * @param check does that
 */
export function currentIndexSum(
  files: LmdbFiles,
  ofEveryCommit: IndexSum | undefined,
  check: () => IndexSum,
): IndexSum {
  const { about, ids } = files;
  const kept = about.get(INDEX_SUM);
  const { entryCount } = ids.getStats() as { readonly entryCount: number };
  const known = ofEveryCommit ?? IndexSum.parse(kept);
  // Another process may have written after the check.
  const sum = known?.commitCount === entryCount ? known : check();
  if (String(sum) !== kept) about.putSync(INDEX_SUM, String(sum));
  return sum;
}

function hashOfBytes({ view, at, size }: Key, seed: number): number {
  let hash = seed;
  for (let offset = at; offset < at + size; offset += 1)
    hash = Math.imul(hash ^ view.getUint8(offset), PRIME);
  return hash;
}

/** The hash of a text as LMDB keeps it as a key. */
function hashOfText(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < FIRST_PLAIN || unit > LAST_PLAIN) {
      return hashOfBytes(keyOf(keyValueToBuffer(text)), seed);
    }
    hash = Math.imul(hash ^ unit, PRIME);
  }
  return hash;
}

function keyOf(bytes: Buffer): Key {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at: 0, size: bytes.length };
}

/** The value under which types and tags name a commit. One buffer for all, since every append needs it. */
const encoded = new Uint8Array(12);
const encodedView = new DataView(encoded.buffer);
const double = new DataView(new ArrayBuffer(8));

/** As lmdb's `ordered-binary` encodes a positive number: the bits of its double, moved by four. @returns how many bytes that takes */
function encodePosition(at: Position): number {
  double.setFloat64(0, at);
  const [high, low] = [double.getInt32(0), double.getInt32(4)];
  encodedView.setInt32(0, (high >>> 4) | 0x10000000);
  encodedView.setInt32(4, (low >>> 4) | (high << 28));
  encodedView.setInt32(8, (low & 0xf) << 4, true);
  if ((low & 0xf) !== 0) return 9;
  if ((low & 0xfffff) !== 0) return 8;
  return low !== 0 || (high & 0xf) !== 0 ? 6 : 4;
}

function hashOfEncoded(size: number, seed: number): number {
  let hash = seed;
  for (let index = 0; index < size; index += 1) hash = Math.imul(hash ^ (encoded[index] ?? 0), PRIME);
  return hash;
}

function hashOfNumber(number: number, seed: number): number {
  const low = Math.imul(seed ^ (number | 0), PRIME);
  return Math.imul(low ^ Math.floor(number / 2 ** 32), PRIME);
}

/** A position in MessagePack; -1 when it is none. */
function storedNumber({ view, at, size }: Key): number {
  const form = size === 0 ? -1 : view.getUint8(at);
  if (size === 1 && form < 0x80) return form;
  if (size === 2 && form === 0xcc) return view.getUint8(at + 1);
  if (size === 3 && form === 0xcd) return view.getUint16(at + 1);
  if (size === 5 && form === 0xce) return view.getUint32(at + 1);
  if (size === 9 && form === 0xcf) return Number(view.getBigUint64(at + 1));
  if (size === 9 && form === 0xcb) return view.getFloat64(at + 1);
  return -1;
}

/** MurmurHash3's last step, which maps no two numbers to one. */
function mixed(hash: number): number {
  let bits = hash ^ (hash >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const inHex = (number: number): string => number.toString(16).padStart(8, '0');
