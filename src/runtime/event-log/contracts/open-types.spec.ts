/** Who may append an event of a type. */
import { z } from 'zod';
import { EventLog } from '../event-log.js';
import type { NewEvent } from '../event.js';
import { MemoryStore } from '../../stores/memory.store.js';
import { ContractRegistry } from './contract-registry.js';
import { defineEvent, defineRuntimeEvent } from './event-contract.js';
import { requireOpenTypes } from './open-types.js';

const schema = z.strictObject({});
const opened = defineEvent({ type: 'box.opened', open: true, schema });
const closed = defineEvent({ type: 'box.closed', schema });
const own = defineRuntimeEvent({ type: 'leftfold.box-moved', schema, examples: [] });
const oldSkip = defineRuntimeEvent({ type: 'event.skipped', schema, examples: [] });

const event = (type: string): NewEvent => ({ type, data: {} });

function check(...types: readonly string[]): void {
  const contracts = new ContractRegistry();
  contracts.register([opened, closed, own, oldSkip]);
  requireOpenTypes(types.map(event), contracts);
}

describe('a contract', () => {
  it('is not open unless it says so', () => {
    expect([opened.open, closed.open]).toEqual([true, false]);
  });

  it('stays as open as it was in its next revision', () => {
    const next = { schema, upcast: () => [] };
    expect([opened.revise(next).open, closed.revise(next).open]).toEqual([true, false]);
  });

  it('cannot be of a type of the runtime', () => {
    expect(() => defineEvent({ type: 'leftfold.box-opened', schema })).toThrow(
      "event leftfold.box-opened: types that begin with leftfold. are the runtime's own",
    );
  });
});

describe('what is appended from outside', () => {
  it('may be of an open type', () => {
    expect(() => {
      check('box.opened', 'box.opened');
    }).not.toThrow();
  });

  it('is left to the log to refuse when its type has no contract', () => {
    expect(() => {
      check('box.painted');
    }).not.toThrow();
  });

  it.each([
    ['box.closed', 'recorded by its context only'],
    ['leftfold.box-moved', 'recorded by the runtime only'],
    ['leftfold.unknown', 'recorded by the runtime only'],
    ['event.skipped', 'recorded by the runtime only'],
  ])('cannot be a %s, and is told which event that was', (type, why) => {
    let thrown: unknown;
    try {
      check('box.opened', type);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      kind: 'forbidden',
      problem: 'type-not-open',
      detail: expect.stringContaining(why) as unknown,
      faults: [{ pointer: '#/events/1/type' }],
    });
  });
});

describe('what the program itself appends', () => {
  const log = new EventLog(new MemoryStore());
  log.contracts.register([opened, closed, own, oldSkip]);

  it('may be of any type of a context', async () => {
    expect(await log.append([closed.create({})])).toMatchObject({ first: 1 });
  });

  it.each([own, oldSkip])('cannot be of a type of the runtime: $type', async ({ type }) => {
    await expect(log.append([event(type)])).rejects.toMatchObject({ problem: 'type-not-open' });
    expect(await log.head()).toBe(1);
  });

  it('is recorded for the runtime by a way of its own', async () => {
    expect(await log.appendAsRuntime([own.create({})])).toMatchObject({ first: 2 });
  });
});
