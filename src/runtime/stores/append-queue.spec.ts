/** The queue of appends: batches of limited size, and answers. */
import { newCommit } from '../../../test/support/new-commit.js';
import { AppendConditionFailed } from '../event-log/errors.js';
import { position, type Commit } from '../event-log/event.js';
import { settle, takeBatch, type PendingAppend } from './append-queue.js';
import type { AppendDecision } from './decide-appends.js';

const COMMIT: Commit = {
  id: newCommit('a').id,
  first: position(1),
  last: position(1),
  time: newCommit('a').time,
  repeated: false,
};

const queueOf = (count: number): PendingAppend[] =>
  Array.from({ length: count }, (_, index) => ({
    append: newCommit(`c${index}`),
    resolve: () => undefined,
    reject: () => undefined,
  }));

const idsOf = (batch: readonly PendingAppend[]): readonly string[] => batch.map(({ append }) => append.id);

describe('a batch', () => {
  const sizes: Readonly<Record<string, number>> = { c0: 2, c1: 2, c2: 9, c3: 1 };
  const sizeOf = ({ id }: { readonly id: string }): number => sizes[id] ?? 1;

  it('takes the oldest appends up to its size, and leaves the others', () => {
    const queue = queueOf(4);
    expect(idsOf(takeBatch(queue, sizeOf, 4))).toEqual(['c0', 'c1']);
    expect(idsOf(queue)).toEqual(['c2', 'c3']);
  });

  it('takes an append that is larger than a batch alone', () => {
    const queue = queueOf(4).slice(2);
    expect(idsOf(takeBatch(queue, sizeOf, 4))).toEqual(['c2']);
  });

  it('takes 1,024 appends at most', () => {
    const queue = queueOf(1_030);
    expect(takeBatch(queue, () => 0, 1)).toHaveLength(1_024);
    expect(queue).toHaveLength(6);
  });

  it('of an empty queue is empty', () => {
    expect(takeBatch([], sizeOf, 4)).toEqual([]);
  });
});

describe('the answer to an append', () => {
  const answerTo = (decision: AppendDecision): Promise<Commit> =>
    new Promise((resolve, reject) => {
      settle({ resolve, reject }, decision);
    });

  it('that was recorded is its commit', async () => {
    expect(await answerTo({ kind: 'recorded', commit: COMMIT })).toEqual(COMMIT);
  });

  it('that was repeated is the first commit, and says so', async () => {
    expect(await answerTo({ kind: 'repeated', first: COMMIT })).toEqual({ ...COMMIT, repeated: true });
  });

  it('that is in conflict is an error with the position', async () => {
    const answer = answerTo({ kind: 'conflict', position: position(7) });
    await expect(answer).rejects.toBeInstanceOf(AppendConditionFailed);
    await expect(answer).rejects.toMatchObject({ position: 7 });
  });

  it('that failed is its error', async () => {
    const error = new Error('no room');
    await expect(answerTo({ kind: 'failed', error })).rejects.toBe(error);
  });
});
