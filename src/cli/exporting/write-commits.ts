/** Writes what is selected of a log as lines, no faster than they are taken. */
import type { EventStore } from '../../runtime/event-log/event-store.js';
import type { Format } from '../formats/event-line.js';
import type { Progress } from '../progress.js';
import type { Output } from './output.js';
import { selectedCommits, shareOf, type SelectedCommit, type Selection } from './selected-commits.js';

/** So many characters are handed over at a time. */
const CHUNK = 64 * 1024;

export interface Written {
  readonly commits: number;
  readonly events: number;
}

/** @throws LogDamaged once all that stands before the damage is written; the signal's reason */
export async function writeCommits(
  store: EventStore,
  selection: Selection,
  format: Format,
  output: Output,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<Written> {
  let [commits, events, text] = [0, 0, ''];
  const handOver = async (): Promise<void> => {
    const chunk = text;
    text = '';
    if (chunk !== '') await output.write(chunk);
  };
  try {
    for await (const page of selectedCommits(store, selection)) {
      for (const commit of page) {
        for (const line of linesOf(commit, format)) {
          text += line;
          if (text.length >= CHUNK) await handOver();
        }
        events += commit.events.length;
      }
      commits += page.length;
      signal.throwIfAborted();
      const reached = page.at(-1)?.events.at(-1)?.position ?? selection.after;
      progress.to({ share: shareOf(selection, reached), done: events });
    }
  } finally {
    await handOver();
  }
  return { commits, events };
}

function* linesOf({ events, fingerprint }: SelectedCommit, format: Format): Iterable<string> {
  const note = { size: events.length, ...(fingerprint !== undefined && { fingerprint }) };
  for (const event of events) yield `${format.write(event, note)}\n`;
}
