/** What the arguments and options of commands may be, and examples for their help. */
import { InvalidArgumentError } from 'commander';
import { position, tag, type Position, type Tag } from '../runtime/event-log/event.js';

export function parsePosition(text: string): Position {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A position is a whole number from 0 on.');
  return position(Number(text));
}

export function parseHash(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('A hash has 64 hexadecimal digits.');
  return text.toLowerCase();
}

/** Positions of events, separated by commas. */
export function parsePositions(text: string): ReadonlySet<Position> {
  return new Set(
    text.split(',').map((each) => {
      if (!/^[1-9]\d{0,14}$/.test(each))
        throw new InvalidArgumentError('Give positions from 1 on, separated by commas, as in 17,18.');
      return position(Number(each));
    }),
  );
}

/** One of several types; the option may be given more than once. */
export function collectTypes(text: string, before: readonly string[] = []): readonly string[] {
  if (text === '') throw new InvalidArgumentError('A type has 1 to 255 characters.');
  return [...before, text];
}

/** One of several tags; the option may be given more than once. */
export function collectTags(text: string, before: readonly Tag[] = []): readonly Tag[] {
  try {
    return [...before, tag(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** The last part of a command's help. */
export function examples(...lines: readonly string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');
}
