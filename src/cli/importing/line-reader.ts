/** Splits a stream of bytes into numbered lines of UTF-8 text. */
import { isUtf8 } from 'node:buffer';
import { CommandFailed, EXIT } from '../exit-codes.js';

/** Bounds the memory for a line. No line of an export is longer. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** Consecutive lines. */
export interface LinePage {
  /** The number of the first line, from 1. */
  readonly first: number;
  /** Without line feeds. */
  readonly texts: readonly string[];
  /** How many bytes have been read so far, including these lines. */
  readonly bytes: number;
}

/** A line cannot be imported; the message begins with its number. */
export class RejectedLine extends CommandFailed {
  override readonly name = 'RejectedLine';

  constructor(line: number, reason: string) {
    super(`line ${line}: ${reason}`, EXIT.unacceptable);
  }
}

/** @throws RejectedLine when a line is not UTF-8 or is longer than `MAX_LINE_BYTES` */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncIterable<LinePage> {
  let first = 1;
  let bytes = 0;
  /** The beginning of the line that the next chunk continues. */
  let incomplete: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    const feed = chunk.lastIndexOf(LINE_FEED);
    if (feed < 0) {
      incomplete.push(chunk);
      length += chunk.length;
      if (length > MAX_LINE_BYTES) throw new RejectedLine(first, `is longer than ${MAX_LINE_BYTES} bytes`);
      continue;
    }
    const texts = splitLines(Buffer.concat([...incomplete, chunk.subarray(0, feed)]), first);
    yield { first, texts, bytes };
    first += texts.length;
    incomplete = [chunk.subarray(feed + 1)];
    length = chunk.length - feed - 1;
  }
  const rest = Buffer.concat(incomplete);
  if (rest.length > 0) yield { first, texts: splitLines(rest, first), bytes };
}

function splitLines(bytes: Buffer, first: number): readonly string[] {
  // Decoding would silently replace invalid bytes by U+FFFD.
  if (!isUtf8(bytes)) throw new RejectedLine(first + countValidLines(bytes), 'is not UTF-8');
  const texts = bytes.toString().split('\n');
  // Some editors put a byte order mark before the first line.
  if (first === 1 && texts[0]?.startsWith('\uFEFF') === true) texts[0] = texts[0].slice(1);
  return texts;
}

function countValidLines(bytes: Buffer): number {
  let [line, start] = [0, 0];
  for (;;) {
    const feed = bytes.indexOf(LINE_FEED, start);
    if (feed < 0 || !isUtf8(bytes.subarray(start, feed))) return line;
    [line, start] = [line + 1, feed + 1];
  }
}
