/** Writes selected commits as lines to an output, with back-pressure. */
import type { EventStore } from '../../runtime/event-log/event-store.js';
import type { EventFormat } from '../formats/event-line.js';
import type { Progress } from '../progress.js';
import { printResult, type Terminal } from '../terminal.js';
import { readSelection, fractionOf, type SelectedCommit, type ExportSelection } from './export-selection.js';

/** How much is passed to the output at once. */
const CHUNK_CHARACTERS = 64 * 1024;

/** Where an export goes: to standard output, or to a file (`PartialFile`). */
export interface ExportOutput {
  /** Resolves once the text has been taken. */
  write(text: string): Promise<void>;
  /** Completes the output; called once, after the last `write`. */
  finish(): Promise<void>;
  /** Releases the output, finished or not. */
  close(): Promise<void>;
}

export function standardOutput(terminal: Terminal): ExportOutput {
  return {
    write: (text) => printResult(terminal, text),
    finish: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

export interface ExportCounts {
  readonly commits: number;
  readonly events: number;
}

/** @throws LogDamaged after everything before the damage is written; the signal's reason */
export async function writeCommits(
  store: EventStore,
  selection: ExportSelection,
  format: EventFormat,
  output: ExportOutput,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<ExportCounts> {
  let [commits, events, text] = [0, 0, ''];
  const flushText = async (): Promise<void> => {
    const chunk = text;
    text = '';
    if (chunk !== '') await output.write(chunk);
  };
  try {
    for await (const page of readSelection(store, selection)) {
      for (const commit of page) {
        for (const line of linesOf(commit, format)) {
          text += line;
          if (text.length >= CHUNK_CHARACTERS) await flushText();
        }
        events += commit.events.length;
      }
      commits += page.length;
      signal.throwIfAborted();
      const reached = page.at(-1)?.events.at(-1)?.position ?? selection.after;
      progress.update({ fraction: fractionOf(selection, reached), done: events });
    }
  } finally {
    await flushText();
  }
  return { commits, events };
}

function* linesOf({ events, fingerprint }: SelectedCommit, format: EventFormat): Iterable<string> {
  const info = { size: events.length, ...(fingerprint !== undefined && { fingerprint }) };
  for (const event of events) yield `${format.write(event, info)}\n`;
}
