/** Rebuilds commits from the lines of an export: consecutive lines with the same commit id are one commit. */
import { isRuntimeType } from '../../runtime/event-log/contracts/open-types.js';
import { InvalidLine, type EventLine, type EventFormat } from '../formats/event-line.js';
import { cloudEvents } from '../formats/cloudevents.js';
import { ndjson } from '../formats/ndjson.js';
import { parseStrictJson } from './strict-json.js';
import { CommitAssembly, type ImportedCommit } from './commit-assembly.js';
import { RejectedLine, type LinePage } from './line-reader.js';

/** The commits that a page of lines completes. */
export interface ImportedPage {
  readonly commits: readonly ImportedCommit[];
  /** How many bytes have been read so far. */
  readonly bytes: number;
}

/**
 * @param format of all lines; default: detected from the first
 * @param withRuntimeEvents whether events that only the runtime records are taken
 * @throws RejectedLine at the first invalid line, after the complete commits before it have been yielded
 */
export async function* parseCommits(
  pages: AsyncIterable<LinePage>,
  format?: EventFormat,
  withRuntimeEvents = false,
): AsyncIterable<ImportedPage> {
  const parser = new CommitParser(format, withRuntimeEvents);
  let bytes = 0;
  for await (const lines of pages) {
    bytes = lines.bytes;
    const commits: ImportedCommit[] = [];
    let fault: Error | undefined;
    try {
      for (const commit of parser.parse(lines)) commits.push(commit);
    } catch (error) {
      fault = error as Error;
    }
    yield { commits, bytes };
    if (fault !== undefined) throw fault;
  }
  yield { commits: parser.last(), bytes };
}

class CommitParser {
  #format: EventFormat | undefined;
  #assembly: CommitAssembly | undefined;

  constructor(
    format: EventFormat | undefined,
    private readonly withRuntimeEvents: boolean,
  ) {
    this.#format = format;
  }

  /** Yields the commits that these lines complete. */
  *parse({ first, texts }: LinePage): Iterable<ImportedCommit> {
    for (const [index, text] of texts.entries()) {
      if (text.trim() === '') continue;
      const line = this.#parseLine(text, first + index);
      if (this.#assembly?.id !== line.commit) {
        yield* this.last();
        this.#assembly = new CommitAssembly(line, first + index);
      }
      this.#assembly.add(line, first + index, text.length);
    }
  }

  /** The current commit, once no further line belongs to it. */
  last(): readonly ImportedCommit[] {
    return this.#assembly === undefined ? [] : [this.#assembly.finish()];
  }

  #parseLine(text: string, number: number): EventLine {
    try {
      const value = parseStrictJson(text);
      this.#format ??= detectFormat(value);
      const line = this.#format.read(value);
      this.#requireAllowed(line);
      return line;
    } catch (error) {
      throw error instanceof InvalidLine ? new RejectedLine(number, error.message) : error;
    }
  }

  /** Nobody else can make the runtime skip an event; a file may, if the person who imports it says so. */
  #requireAllowed({ event: { type } }: EventLine): void {
    if (this.withRuntimeEvents || !isRuntimeType(type)) return;
    throw new InvalidLine(
      `is ${type}, which only the runtime records; --with-runtime-events takes it, for a file that an export of a log of your own wrote`,
    );
  }
}

/** Only CloudEvents have the member `specversion`. */
export function detectFormat(value: unknown): EventFormat {
  return typeof value === 'object' && value !== null && 'specversion' in value ? cloudEvents : ndjson;
}
