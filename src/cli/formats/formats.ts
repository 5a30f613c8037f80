/** The formats that there are, and telling one from the other. */
import { Option } from 'commander';
import { cloudEvents } from './cloudevents.js';
import type { EventFormat } from './event-line.js';
import { ndjson } from './ndjson.js';

/** By the names that users have for them. */
export const FORMATS = { ndjson, cloudevents: cloudEvents } as const;

export type FormatName = keyof typeof FORMATS;

export function formatOption(description: string): Option {
  return new Option('--format <format>', description).choices(Object.keys(FORMATS));
}

/** What a line is written in: only a CloudEvent says which version of its standard it keeps. */
export function detectFormat(value: unknown): EventFormat {
  return typeof value === 'object' && value !== null && 'specversion' in value ? cloudEvents : ndjson;
}
