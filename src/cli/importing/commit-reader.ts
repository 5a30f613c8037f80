/** Rebuilds commits from the lines of an export: lines that follow on each other with the same commit id are one. */
import { InvalidLine, type EventLine, type EventFormat } from '../formats/event-line.js';
import { detectFormat } from '../formats/formats.js';
import { parseStrictJson } from './strict-json.js';
import { CommitAssembly, type ImportedCommit } from './commit-assembly.js';
import { RejectedLine, type LinePage } from './line-reader.js';

/** Commits that were complete with some more lines. */
export interface ImportedPage {
  readonly commits: readonly ImportedCommit[];
  /** How many bytes have been read so far. */
  readonly bytes: number;
}

/**
 * @param format of all lines; default: that of the first
 * @throws BadLine at the first line that is not acceptable; commits that were whole before it have been given out
 */
export async function* readCommits(pages: AsyncIterable<LinePage>, format?: EventFormat): AsyncIterable<ImportedPage> {
  const reader = new CommitReader(format);
  let bytes = 0;
  for await (const lines of pages) {
    bytes = lines.bytes;
    const commits: ImportedCommit[] = [];
    let fault: Error | undefined;
    try {
      for (const commit of reader.read(lines)) commits.push(commit);
    } catch (error) {
      fault = error as Error;
    }
    yield { commits, bytes };
    if (fault !== undefined) throw fault;
  }
  yield { commits: reader.last(), bytes };
}

class CommitReader {
  #format: EventFormat | undefined;
  #gathering: CommitAssembly | undefined;

  constructor(format: EventFormat | undefined) {
    this.#format = format;
  }

  /** The commits that are known to be whole with these lines. */
  *read({ first, texts }: LinePage): Iterable<ImportedCommit> {
    for (const [index, text] of texts.entries()) {
      if (text.trim() === '') continue;
      const line = this.#line(text, first + index);
      if (this.#gathering?.id !== line.commit) {
        yield* this.last();
        this.#gathering = new CommitAssembly(line, first + index);
      }
      this.#gathering.add(line, first + index, text.length);
    }
  }

  /** The commit that no further line belongs to. */
  last(): readonly ImportedCommit[] {
    return this.#gathering === undefined ? [] : [this.#gathering.finish()];
  }

  #line(text: string, number: number): EventLine {
    try {
      const value = parseStrictJson(text);
      this.#format ??= detectFormat(value);
      return this.#format.read(value);
    } catch (error) {
      throw error instanceof InvalidLine ? new RejectedLine(number, error.message) : error;
    }
  }
}
