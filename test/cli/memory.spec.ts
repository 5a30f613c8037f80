/** The memory of export and import does not grow with the log. */
import { once } from 'node:events';
import { createWriteStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { jest } from '@jest/globals';
import { leftfold } from '../support/cli.js';
import { TemporaryFolder } from '../support/server.js';

jest.setTimeout(300_000);

/** The program needs about 20 MB to start, and all events of the log would take 100. */
const HEAP_MB = 48;
const EVENTS = 150_000;
const EVENTS_PER_COMMIT = 20;

const FORMATS = ['ndjson', 'cloudevents'] as const;

describe(`a log of ${EVENTS} events, in a heap of ${HEAP_MB} megabytes`, () => {
  const folder = new TemporaryFolder();
  const inFolder = (name: string): string => join(folder.path, name);
  const data = inFolder('data');
  const run = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await leftfold([...words, '--quiet'], { heap: HEAP_MB });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  let line: string;

  beforeAll(async () => {
    const file = createWriteStream(inFolder('made-up'));
    for (let first = 1; first <= EVENTS; first += EVENTS_PER_COMMIT) {
      const lines = Array.from({ length: EVENTS_PER_COMMIT }, (_, index) => lineAt(first + index));
      if (!file.write(lines.join(''))) await once(file, 'drain');
    }
    await finished(file.end());
    line = await run('import', inFolder('made-up'), '--data', data);
  });

  afterAll(() => {
    folder.remove();
  });

  it('is imported completely', () => {
    expect(line).toMatch(new RegExp(`^${EVENTS} [0-9a-f]{64}\n$`));
  });

  it('is verified', async () => {
    expect(await run('verify', '--data', data)).toBe(line);
  });

  it.each(FORMATS)('is exported and imported again as %s', async (format) => {
    const file = inFolder(`log.${format}`);
    await run('export', '--data', data, '--format', format, '--output', file);
    expect(statSync(file).size).toBeGreaterThan(EVENTS * 150);
    expect(await run('import', file, '--data', inFolder(`copy-${format}`))).toBe(line);
  });

  it('is exported with a selection', async () => {
    await run('export', '--data', data, '--type', 'number.recorded', '--output', inFolder('part'));
    expect(statSync(inFolder('part')).size).toBeGreaterThan(EVENTS * 150);
  });
});

function lineAt(position: number): string {
  const event = {
    position,
    type: 'number.recorded',
    revision: 1,
    tags: [],
    data: { value: String(position) },
    time: '2026-01-31T12:00:00.000Z',
    commit: `commit-${Math.ceil(position / EVENTS_PER_COMMIT)}`,
    metadata: {},
    commitEvents: EVENTS_PER_COMMIT,
  };
  return `${JSON.stringify(event)}\n`;
}
