/** Parses command arguments and options, and formats the examples in help texts. */
import { InvalidArgumentError, Option } from 'commander';
import { position, tag, type Position, type Tag } from '../runtime/event-log/event.js';
import { cloudEvents } from './formats/cloudevents.js';
import { ndjson } from './formats/ndjson.js';

/** The export formats by their names on the command line. */
export const FORMATS = { ndjson, cloudevents: cloudEvents } as const;

export type FormatName = keyof typeof FORMATS;

export function formatOption(description: string): Option {
  return new Option('--format <format>', description).choices(Object.keys(FORMATS));
}

export function parsePosition(text: string): Position {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A position is a whole number from 0 on.');
  return position(Number(text));
}

export function parseHash(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('A hash has 64 hexadecimal digits.');
  return text.toLowerCase();
}

/** @param text positions of events, separated by commas */
export function parsePositions(text: string): ReadonlySet<Position> {
  return new Set(
    text.split(',').map((item) => {
      if (!/^[1-9]\d{0,14}$/.test(item))
        throw new InvalidArgumentError('Give positions from 1 on, separated by commas, as in 17,18.');
      return position(Number(item));
    }),
  );
}

/** Adds one value of a repeatable `--type` option. */
export function collectTypes(text: string, previous: readonly string[] = []): readonly string[] {
  if (text === '') throw new InvalidArgumentError('A type has 1 to 255 characters.');
  return [...previous, text];
}

/** Adds one value of a repeatable `--tag` option. */
export function collectTags(text: string, previous: readonly Tag[] = []): readonly Tag[] {
  try {
    return [...previous, tag(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** @returns the examples section of a command's help */
export function helpExamples(...lines: readonly string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');
}
