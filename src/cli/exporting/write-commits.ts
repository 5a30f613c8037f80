/** Writes what is selected of a log as lines, no faster than they are taken. */
import type { EventStore } from '../../runtime/event-log/event-store.js';
import type { EventFormat } from '../formats/event-line.js';
import type { Progress } from '../progress.js';
import type { ExportOutput } from './output.js';
import { readSelection, fractionOf, type SelectedCommit, type ExportSelection } from './export-selection.js';

/** So many characters are handed over at a time. */
const CHUNK_CHARACTERS = 64 * 1024;

export interface ExportCounts {
  readonly commits: number;
  readonly events: number;
}

/** @throws LogDamaged once all that stands before the damage is written; the signal's reason */
export async function writeCommits(
  store: EventStore,
  selection: ExportSelection,
  format: EventFormat,
  output: ExportOutput,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<ExportCounts> {
  let [commits, events, text] = [0, 0, ''];
  const handOver = async (): Promise<void> => {
    const chunk = text;
    text = '';
    if (chunk !== '') await output.write(chunk);
  };
  try {
    for await (const page of readSelection(store, selection)) {
      for (const commit of page) {
        for (const line of linesOf(commit, format)) {
          text += line;
          if (text.length >= CHUNK_CHARACTERS) await handOver();
        }
        events += commit.events.length;
      }
      commits += page.length;
      signal.throwIfAborted();
      const reached = page.at(-1)?.events.at(-1)?.position ?? selection.after;
      progress.update({ fraction: fractionOf(selection, reached), done: events });
    }
  } finally {
    await handOver();
  }
  return { commits, events };
}

function* linesOf({ events, fingerprint }: SelectedCommit, format: EventFormat): Iterable<string> {
  const note = { size: events.length, ...(fingerprint !== undefined && { fingerprint }) };
  for (const event of events) yield `${format.write(event, note)}\n`;
}
