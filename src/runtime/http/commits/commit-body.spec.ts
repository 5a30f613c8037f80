/** Bodies of `POST /commits` are counted until their request is answered, and no longer. */
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { NEW_COMMITS_TYPE, newCommitLine } from '../../event-log/commits/new-commit-lines.js';
import { LogBusy } from '../../event-log/errors.js';
import { commitId } from '../../event-log/event.js';
import { CommitBodies } from './commit-body.js';

const MAX_PENDING_BYTES = 10;

const line = newCommitLine({
  id: commitId('a'),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: [{ type: 'number.recorded', revision: 1, tags: [], data: 1 }],
});

describe('the body of an append of commits', () => {
  let bodies: CommitBodies;

  const read = (body: PassThrough): Promise<number> =>
    bodies.read(
      {
        method: 'POST',
        originalUrl: '/commits',
        headers: { 'content-type': NEW_COMMITS_TYPE, 'transfer-encoding': 'chunked' },
        raw: body as unknown as IncomingMessage,
      },
      (commits) => Promise.resolve(commits.length),
    );

  beforeEach(() => {
    bodies = new CommitBodies(MAX_PENDING_BYTES);
  });

  it('is not counted once it was refused, however much of it still comes', async () => {
    const first = new PassThrough();
    const unfinished = read(first);
    first.write('12345678');
    await nextTurn();
    const second = new PassThrough();
    const refused = read(second);
    second.write('12345678');
    await expect(refused).rejects.toThrow(LogBusy);
    first.end();
    await expect(unfinished).rejects.toMatchObject({ problem: 'invalid-body' });
    second.end('12345678');
    await nextTurn();
    const third = new PassThrough();
    const alone = read(third);
    third.end(`${line}\n`);
    await expect(alone).resolves.toBe(1);
  });

  it('that is cut off is a problem, and no defect of the server', async () => {
    const body = new PassThrough();
    const cutOff = read(body);
    body.write('{');
    body.destroy(new Error('aborted'));
    await expect(cutOff).rejects.toMatchObject({ problem: 'malformed-body' });
  });
});
