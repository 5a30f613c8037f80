/** The lines of a file or stream, as it comes, with their numbers. */
import { isUtf8 } from 'node:buffer';
import { CommandFailed, EXIT } from '../exit-codes.js';

/** A line that is longer than this, in bytes, is none that an export wrote. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** Some lines that follow on each other. */
export interface LinePage {
  /** The number of the first of them, from 1. */
  readonly first: number;
  /** Without their ends. */
  readonly texts: readonly string[];
  /** How many bytes have been read so far, these lines included. */
  readonly bytes: number;
}

/** A line of what should be imported is not acceptable. */
export class RejectedLine extends CommandFailed {
  override readonly name = 'BadLine';

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`, EXIT.unacceptable);
  }
}

/** @throws BadLine when one is not UTF-8, or has no end in sight */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncIterable<LinePage> {
  let first = 1;
  let bytes = 0;
  /** The beginning of a line of which no end was seen yet. */
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    const feed = chunk.lastIndexOf(LINE_FEED);
    if (feed < 0) {
      waiting.push(chunk);
      length += chunk.length;
      if (length > MAX_LINE_BYTES) throw new RejectedLine(first, `is longer than ${MAX_LINE_BYTES} bytes`);
      continue;
    }
    const texts = textsOf(Buffer.concat([...waiting, chunk.subarray(0, feed)]), first);
    yield { first, texts, bytes };
    first += texts.length;
    waiting = [chunk.subarray(feed + 1)];
    length = chunk.length - feed - 1;
  }
  const rest = Buffer.concat(waiting);
  if (rest.length > 0) yield { first, texts: textsOf(rest, first), bytes };
}

function textsOf(bytes: Buffer, first: number): readonly string[] {
  // Decoding would put another character in the place of what is none, and the log would hold what nobody wrote.
  if (!isUtf8(bytes)) throw new RejectedLine(first + linesBeforeFault(bytes), 'is not UTF-8');
  return bytes.toString().split('\n');
}

function linesBeforeFault(bytes: Buffer): number {
  let [line, start] = [0, 0];
  for (;;) {
    const feed = bytes.indexOf(LINE_FEED, start);
    if (feed < 0 || !isUtf8(bytes.subarray(start, feed))) return line;
    [line, start] = [line + 1, feed + 1];
  }
}
