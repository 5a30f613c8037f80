/** Both export formats: what is written is read back unchanged, and invalid fields are named. */
import { MemoryStore } from '../../runtime/stores/memory.store.js';
import { appendAll, madeUpCommits } from '../../../test/support/made-up-log.js';
import type { RecordedCommit, StoredEvent } from '../../runtime/event-log/event.js';
import { cloudEvents } from './cloudevents.js';
import { InvalidLine, type EventFormat } from './event-line.js';
import { FORMATS } from '../arguments.js';
import { detectFormat } from '../importing/commit-parser.js';
import { ndjson } from './ndjson.js';

async function recordedCommits(): Promise<readonly RecordedCommit[]> {
  const store = new MemoryStore();
  await appendAll(store, madeUpCommits(300));
  const commits: RecordedCommit[] = [];
  for await (const page of store.commits()) commits.push(...page);
  return commits;
}

const event = {
  position: 7,
  type: 'number.recorded',
  revision: 1,
  tags: ['number:7'],
  data: { value: '5' },
  time: '2026-01-31T12:00:00.000Z',
  commit: 'c',
  metadata: { correlationId: 'r' },
} as unknown as StoredEvent;

const asWritten = (format: EventFormat, changes: Readonly<Record<string, unknown>>): unknown => ({
  ...(JSON.parse(format.write(event, { size: 1 })) as object),
  ...changes,
});

function faultOf(format: EventFormat, changes: Readonly<Record<string, unknown>>): string {
  try {
    format.read(JSON.parse(JSON.stringify(asWritten(format, changes))));
  } catch (error) {
    if (error instanceof InvalidLine) return error.message;
    throw error;
  }
  throw new Error('the line was read');
}

describe.each(Object.entries(FORMATS))('%s', (_name, format: EventFormat) => {
  it('reads back unchanged whatever event it wrote', async () => {
    for (const { events, fingerprint } of await recordedCommits()) {
      const info = { size: events.length, ...(fingerprint !== undefined && { fingerprint }) };
      for (const { position, commit, time, metadata, ...rest } of events) {
        const line = format.write({ position, commit, time, metadata, ...rest }, info);
        expect(format.read(JSON.parse(line))).toEqual({
          position,
          event: rest,
          commit,
          time,
          metadata,
          ...(fingerprint !== undefined && { fingerprint }),
          ...(events.length > 1 && { size: events.length }),
        });
      }
    }
  });

  it('is detected from one of its lines', () => {
    expect(detectFormat(JSON.parse(format.write(event, { size: 1 })))).toBe(format);
  });

  it.each<readonly [field: string, value: unknown, fault: RegExp]>([
    ['type', 5, /^#\/type: /],
    ['type', '', /^#\/type: at least 1 character$/],
    ['revision', 0, /^#\/revision: at least 1$/],
    ['time', '2026-01-31T12:00:00Z', /^#\/time: a time in UTC with milliseconds, as in /],
    ['commit', 'x'.repeat(256), /^#\/commit: at most 255 characters$/],
    ['data', { deep: ['\ud800'] }, /^#\/data\/deep\/0: Text is well-formed Unicode/],
    ['data', undefined, /^#\/data: is missing$/],
    ['fingerprint', 5, /^#\/fingerprint: /],
    ['unheard', 'of', /^#\/unheard: /],
  ])('rejects a line whose %s is %j, and names the field', (field, value, fault) => {
    expect(faultOf(format, { [field]: value })).toMatch(fault);
  });

  it.each([null, 5, 'text', []])('rejects %j as a line', (value) => {
    expect(() => format.read(value)).toThrow(InvalidLine);
  });
});

describe('ndjson', () => {
  it('writes the event as GET /events has it, plus the fields of its commit', () => {
    const line = ndjson.write(event, { size: 2, fingerprint: 'f' });
    expect(JSON.parse(line)).toEqual({ ...event, fingerprint: 'f', commitEvents: 2 });
  });

  it('reads an event as GET /events has it', () => {
    expect(ndjson.read(event)).toMatchObject({ position: 7, commit: 'c' });
  });

  it.each<readonly [field: string, value: unknown, fault: RegExp]>([
    ['tags', ['number:7', ''], /^#\/tags\/1: at least 1 character$/],
    ['metadata', [], /^#\/metadata: an object$/],
    ['metadata', { a: '\udc00' }, /^#\/metadata\/a: Text is well-formed Unicode/],
    ['position', 1.5, /^#\/position: a whole number$/],
    ['commitEvents', 0, /^#\/commitEvents: at least 1$/],
  ])('rejects a line whose %s is %j, and names the field', (field, value, fault) => {
    expect(faultOf(ndjson, { [field]: value })).toMatch(fault);
  });
});

describe('cloudevents', () => {
  it('writes only attributes that the standard allows: short names of lower case letters and digits, no objects', () => {
    const { data, ...attributes } = JSON.parse(
      cloudEvents.write(event, { size: 2, fingerprint: 'f' }),
    ) as Record<string, unknown>;
    expect(data).toEqual({ value: '5' });
    expect(Object.keys(attributes).filter((name) => !/^[a-z0-9]{1,20}$/.test(name))).toEqual([]);
    expect(Object.values(attributes).filter((value) => typeof value === 'object')).toEqual([]);
  });

  it('reads the metadata attributes of a CloudEvent from GET /events', () => {
    const line = asWritten(cloudEvents, { metadata: undefined, causationid: 'a' });
    expect(cloudEvents.read(line).metadata).toEqual({ correlationId: 'r', causationId: 'a' });
  });

  it('reads no position from an id that is not one', () => {
    expect(cloudEvents.read(asWritten(cloudEvents, { id: '01' })).position).toBeUndefined();
  });

  it.each<readonly [field: string, value: unknown, fault: RegExp]>([
    ['specversion', '0.3', /^#\/specversion: This reads CloudEvents 1.0/],
    ['datacontenttype', 'text/xml', /^#\/datacontenttype: only JSON can be recorded$/],
    ['metadata', '{"a":', /^#\/metadata: an object, as JSON text$/],
    ['metadata', '[]', /^#\/metadata: an object, as JSON text$/],
    ['tags', 'number:7,,x', /^#\/tags\/1: at least 1 character$/],
  ])('rejects a line whose %s is %j, and names the field', (field, value, fault) => {
    expect(faultOf(cloudEvents, { [field]: value })).toMatch(fault);
  });
});
