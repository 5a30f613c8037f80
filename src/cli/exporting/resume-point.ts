/** Finds how much of an export that was cut off somewhere can be relied on, from its end, however long it is. */
import type { FileHandle } from 'node:fs/promises';
import { START, type CommitId, type Position } from '../../runtime/event-log/event.js';
import { CommandFailed } from '../exit-codes.js';
import { InvalidLine, type EventFormat } from '../formats/event-line.js';

/** Bytes that are read at a time: some lines of the usual length. */
const BLOCK_BYTES = 4096;
const LINE_FEED = 0x0a;

export interface ResumePoint {
  /** How many bytes of the file it is. */
  readonly offset: number;
  /** Of its last event; 0 when there is none. */
  readonly position: Position;
}

/**
 * The last commit of which a line is there may lack others, so all of its lines are left out, and with them a line
 * without an end.
 *
 * @throws CommandFailed when a line is not what an export writes
 */
export async function findResumePoint(file: FileHandle, format: EventFormat): Promise<ResumePoint> {
  let torn: CommitId | undefined;
  for await (const { text, end } of linesBackwards(file)) {
    const { commit, position } = read(text, format);
    torn ??= commit;
    if (commit !== torn) return { offset: end, position };
  }
  return { offset: 0, position: START };
}

function read(text: string, format: EventFormat): { readonly commit: CommitId; readonly position: Position } {
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
  /** Where it ends, its line feed included. */
  readonly end: number;
}

/** The lines that have an end, from the last to the first. */
async function* linesBackwards(file: FileHandle): AsyncIterable<Line> {
  const { size } = await file.stat();
  let end = await startOfLine(file, size);
  while (end > 0) {
    const start = await startOfLine(file, end - 1);
    yield { text: (await bytesOf(file, start, end - 1)).toString(), end };
    end = start;
  }
}

/** Where the line begins that goes on to this byte or beyond it. */
async function startOfLine(file: FileHandle, byte: number): Promise<number> {
  for (let end = byte; end > 0; end -= BLOCK_BYTES) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const feed = (await bytesOf(file, start, end)).lastIndexOf(LINE_FEED);
    if (feed >= 0) return start + feed + 1;
  }
  return 0;
}

async function bytesOf(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  await file.read({ buffer: bytes, position: start });
  return bytes;
}
