/** Commands whose events the machine would fail on: nothing is recorded, so the subject can still be folded. */
import { assign, createMachine } from 'xstate';
import { z } from 'zod';
import { defineEvent } from '../event-log/contracts/event-contract.js';
import { EventLog } from '../event-log/event-log.js';
import { START, position, tag } from '../event-log/event.js';
import type { Machine } from '../fold/fold.js';
import { MemoryStore } from '../stores/memory.store.js';
import { defineDecider, type Decider } from './decider.js';
import { EventCannotBeFolded } from './event-cannot-be-folded.js';
import { execute, load } from './execute.js';
import { createAtPositions, executeMany } from './execute-many.js';

const added = defineEvent({ type: 'sum.added', schema: z.strictObject({ value: z.string() }) });

const add = {
  records: added,
  decide: (_: unknown, value: string) => added.create({ value }, [tag('sum:a')]),
};

function summing(config: object): Decider<string, unknown> {
  const machine = createMachine({ id: 'sum', context: { sum: '0' }, ...config });
  return defineDecider<Machine, string>({
    name: 'sum',
    machine,
    consumes: [added],
    subject: (id) => [tag(`sum:${id}`)],
  });
}

function given(): EventLog {
  const log = new EventLog(new MemoryStore());
  log.contracts.register([added]);
  return log;
}

const valueIn = (event: unknown): string =>
  (event as { readonly data: { readonly value: string } }).data.value;
const summed = assign({ sum: ({ event }) => String(BigInt(valueIn(event))) });
const to = (open: object): object => ({
  initial: 'shut',
  states: { shut: { on: { 'sum.added': 'open' } }, open },
});

describe('an event that the machine fails on', () => {
  it.each<[string, Decider<string, unknown>]>([
    ['in an assign', summing({ on: { 'sum.added': { actions: summed } } })],
    ['in an entry action', summing(to({ entry: summed }))],
    [
      'in an exit action',
      summing({ initial: 'shut', states: { shut: { on: { 'sum.added': 'open' }, exit: summed }, open: {} } }),
    ],
    [
      'in the guard of an eventless transition',
      summing(
        to({
          always: { guard: ({ event }: { event: unknown }) => BigInt(valueIn(event)) > 0n, target: 'shut' },
        }),
      ),
    ],
    [
      'in a region',
      summing({ type: 'parallel', states: { one: { on: { 'sum.added': { actions: summed } } }, two: {} } }),
    ],
  ])('is not recorded: %s', async (_, decider) => {
    const log = given();
    await expect(execute(log, decider, 'a', add, 'x')).rejects.toThrow('Cannot convert x to a BigInt');
    await expect(executeMany(log, decider, add, [{ id: 'a', input: 'x' }])).rejects.toThrow(SyntaxError);
    await expect(createAtPositions(log, decider, add, ['5', 'x'])).rejects.toThrow(SyntaxError);
    await expect(log.head()).resolves.toBe(START);
    await expect(execute(log, decider, 'a', add, '5')).resolves.toMatchObject({ last: 1 });
  });

  it('is not recorded where an assign makes what is no data', async () => {
    const log = given();
    const decider = summing({ on: { 'sum.added': { actions: assign({ sum: () => valueIn as never }) } } });
    await expect(execute(log, decider, 'a', add, '5')).rejects.toThrow('context.sum is a function');
    await expect(log.head()).resolves.toBe(START);
  });
});

describe('an event that the machine fails on only once it is recorded', () => {
  it('does not fail the command, which is recorded, but what comes after it', async () => {
    const log = given();
    const failing = assign(({ event }) => {
      if ((event as unknown as { readonly commit: string }).commit !== '') throw new Error('it is recorded');
      return {};
    });
    const decider = summing({ on: { 'sum.added': { actions: failing } } });
    await expect(execute(log, decider, 'a', add, '5')).resolves.toMatchObject({ last: position(1) });
    await expect(load(log, decider, 'a')).rejects.toMatchObject({
      problem: 'event-cannot-be-folded',
      event: { position: 1, type: 'sum.added' },
      subject: { decider: 'sum', tags: ['sum:a'] },
      cause: new Error('it is recorded'),
    });
    await expect(execute(log, decider, 'a', add, '5')).rejects.toThrow(EventCannotBeFolded);
  });
});
