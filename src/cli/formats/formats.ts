/** The formats that there are, and telling one from the other. */
import { Option } from 'commander';
import { cloudEvents } from './cloudevents.js';
import type { Format } from './event-line.js';
import { ndjson } from './ndjson.js';

const FORMATS = [ndjson, cloudEvents] as const;

export type FormatName = 'ndjson' | 'cloudevents';

export function formatOption(description: string): Option {
  return new Option('--format <format>', description).choices(FORMATS.map(({ name }) => name));
}

export function formatNamed(name: FormatName): Format {
  return name === 'ndjson' ? ndjson : cloudEvents;
}

/** What a line is written in: only a CloudEvent says which version of its standard it keeps. */
export function formatOf(value: unknown): Format {
  return typeof value === 'object' && value !== null && 'specversion' in value ? cloudEvents : ndjson;
}
