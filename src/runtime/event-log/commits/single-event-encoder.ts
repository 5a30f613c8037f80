/**
 * Writes a commit of one event, as most are, straight to where it is to stand: the bytes that msgpackr makes of its columns
 * (https://github.com/msgpack/msgpack/blob/master/spec.md), without the columns.
 */
import type { Json, Metadata, NewCommit, Position } from '../event.js';

/** What a commit says, as it is encoded. */
export type CommitToEncode = Omit<NewCommit, 'condition'>;

/** An array of so many has a header of one byte. */
const MAX_ITEMS = 15;
/** A group has its type, revision, shape and tags before its columns. */
const MAX_MEMBERS = MAX_ITEMS - 4;
/** Bytes of a number, or of the header of a text or of an array, at most. */
const MAX_BYTES = 9;

/** What stands before a value, or in its place. */
const ITEMS = 0x90;
const [TEXT, TEXT_8, TEXT_16] = [0xa0, 0xd9, 0xda];
const [NIL, FALSE, TRUE] = [0xc0, 0xc2, 0xc3];
const [UINT_8, UINT_16, UINT_32] = [0xcc, 0xcd, 0xce];
const [INT_8, INT_16, INT_32] = [0xd0, 0xd1, 0xd2];
const DOUBLE = 0xcb;

/**
 * Writes the commit between two places of the target. What stands there is of no meaning when it cannot.
 *
 * @returns where the commit ends; undefined when there is no room for it, or it is not simple: of several events, with data
 *   that are nested or no object, with text beyond ASCII or beyond 64 KiB, with more than a few members or tags
 */
export function writeSingleEvent(
  target: Buffer,
  { start, end }: { readonly start: number; readonly end: number },
  commit: CommitToEncode,
  { layout, first }: { readonly layout: number; readonly first: Position },
): number | undefined {
  const [event] = commit.events;
  if (event === undefined || commit.events.length > 1) return undefined;
  const { type, revision, tags, data } = event;
  if (typeof data !== 'object' || data === null || Array.isArray(data) || tags.length > MAX_ITEMS)
    return undefined;
  const members = data as Readonly<Record<string, Json>>;
  const names = Object.keys(members);
  if (names.length > MAX_MEMBERS) return undefined;

  const writer = new Writer(target, start, end);
  writer.items(8);
  writer.number(layout);
  writer.text(commit.id);
  writer.text(commit.time);
  writer.textOrZero(textOf(commit.metadata));
  writer.textOrZero(commit.fingerprint);
  writer.number(first);
  writer.items(1);
  writer.items(4 + names.length);
  writer.text(type);
  writer.number(revision);
  writer.texts(names);
  writer.items(1);
  writer.texts(tags);
  for (const name of names) {
    // Such data are kept as JSON text.
    if (name === '__proto__') return undefined;
    writer.items(1);
    writer.value(members[name]);
  }
  writer.number(1);
  return writer.end;
}

/** Most have none, and to see that takes less than to make the text. */
function textOf(metadata: Metadata): string | undefined {
  if (Object.keys(metadata).length === 0) return undefined;
  const text = JSON.stringify(metadata);
  return text === '{}' ? undefined : text;
}

/** Writes one value after the other, until something does not fit. */
class Writer {
  #fits = true;

  constructor(
    private readonly target: Buffer,
    private at: number,
    private readonly limit: number,
  ) {}

  /** Where what was written ends; undefined when not all of it was. */
  get end(): number | undefined {
    return this.#fits ? this.at : undefined;
  }

  /** The header of an array. */
  items(count: number): void {
    if (this.#hasRoom(0)) this.target[this.at++] = ITEMS | count;
  }

  texts(texts: readonly string[]): void {
    this.items(texts.length);
    for (const text of texts) this.text(text);
  }

  textOrZero(text: string | undefined): void {
    if (text === undefined) this.number(0);
    else this.text(text);
  }

  text(text: string): void {
    const { length } = text;
    if (length > 0xffff || !this.#hasRoom(length)) {
      this.#fits = false;
      return;
    }
    const { target } = this;
    let at = this.at;
    if (length < 0x20) target[at++] = TEXT | length;
    else if (length < 0x100) {
      target[at++] = TEXT_8;
      target[at++] = length;
    } else {
      target[at++] = TEXT_16;
      at = target.writeUInt16BE(length, at);
    }
    let all = 0;
    for (let index = 0; index < length; index += 1) {
      const character = text.charCodeAt(index);
      all |= character;
      target[at++] = character;
    }
    this.at = at;
    if (all > 0x7f) this.#fits = false;
  }

  value(value: Json | undefined): void {
    if (typeof value === 'string') this.text(value);
    else if (typeof value === 'number') this.number(value);
    else if (value === null) this.#byte(NIL);
    else if (typeof value === 'boolean') this.#byte(value ? TRUE : FALSE);
    else this.#fits = false;
  }

  number(value: number): void {
    if (!this.#hasRoom(0)) return;
    const { target, at } = this;
    if (value >>> 0 === value) this.#unsigned(value);
    else if (value >> 0 === value) this.#negative(value);
    else {
      target[at] = DOUBLE;
      this.at = target.writeDoubleBE(value, at + 1);
    }
  }

  #unsigned(value: number): void {
    const { target, at } = this;
    if (value < 0x80) {
      target[at] = value;
      this.at = at + 1;
    } else if (value < 0x100) {
      target[at] = UINT_8;
      this.at = target.writeUInt8(value, at + 1);
    } else if (value < 0x10000) {
      target[at] = UINT_16;
      this.at = target.writeUInt16BE(value, at + 1);
    } else {
      target[at] = UINT_32;
      this.at = target.writeUInt32BE(value, at + 1);
    }
  }

  #negative(value: number): void {
    const { target, at } = this;
    if (value >= -0x20) this.at = target.writeInt8(value, at);
    else if (value >= -0x80) {
      target[at] = INT_8;
      this.at = target.writeInt8(value, at + 1);
    } else if (value >= -0x8000) {
      target[at] = INT_16;
      this.at = target.writeInt16BE(value, at + 1);
    } else {
      target[at] = INT_32;
      this.at = target.writeInt32BE(value, at + 1);
    }
  }

  #byte(byte: number): void {
    if (this.#hasRoom(0)) this.target[this.at++] = byte;
  }

  /** Whether there is room for so many characters, and what may stand before them. */
  #hasRoom(characters: number): boolean {
    if (this.at + characters + MAX_BYTES > this.limit) this.#fits = false;
    return this.#fits;
  }
}
