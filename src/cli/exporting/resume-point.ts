/** Finds where an interrupted export can be resumed, by reading its file backwards from the end. */
import type { FileHandle } from 'node:fs/promises';
import { START, type CommitId, type Position } from '../../runtime/event-log/event.js';
import { CommandFailed } from '../exit-codes.js';
import { InvalidLine, type EventFormat } from '../formats/event-line.js';

/** How much is read at once: a few lines of typical length. */
const BLOCK_BYTES = 4096;
const LINE_FEED = 0x0a;

export interface ResumePoint {
  /** The length of the valid part of the file, in bytes. */
  readonly offset: number;
  /** Of the last event in the valid part; 0 when it is empty. */
  readonly position: Position;
}

/**
 * The last commit in the file may be incomplete, so the valid part ends before it.
 *
 * @throws CommandFailed when a line is not one that an export writes
 */
export async function findResumePoint(file: FileHandle, format: EventFormat): Promise<ResumePoint> {
  let lastCommit: CommitId | undefined;
  for await (const { text, end } of linesBackwards(file)) {
    const { commit, position } = parseEventLine(text, format);
    lastCommit ??= commit;
    if (commit !== lastCommit) return { offset: end, position };
  }
  return { offset: 0, position: START };
}

function parseEventLine(
  text: string,
  format: EventFormat,
): { readonly commit: CommitId; readonly position: Position } {
  try {
    const { commit, position } = format.read(JSON.parse(text));
    if (position === undefined) throw new InvalidLine('it has no position');
    return { commit, position };
  } catch (error) {
    throw new CommandFailed('the part that is there is damaged; remove it, and export anew', undefined, {
      cause: error,
    });
  }
}

interface Line {
  readonly text: string;
  /** Offset after its line feed. */
  readonly end: number;
}

/** The lines that end with a line feed, from the last to the first. */
async function* linesBackwards(file: FileHandle): AsyncIterable<Line> {
  const { size } = await file.stat();
  let end = await startOfLine(file, size);
  while (end > 0) {
    const start = await startOfLine(file, end - 1);
    yield { text: (await readBytes(file, start, end - 1)).toString(), end };
    end = start;
  }
}

/** The offset at which the line starts that contains the byte before this offset. */
async function startOfLine(file: FileHandle, offset: number): Promise<number> {
  for (let end = offset; end > 0; end -= BLOCK_BYTES) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const feed = (await readBytes(file, start, end)).lastIndexOf(LINE_FEED);
    if (feed >= 0) return start + feed + 1;
  }
  return 0;
}

async function readBytes(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  await file.read({ buffer: bytes, position: start });
  return bytes;
}
