/** Commands that belong to their decider: input, guards that look at it, refusals as values. */
import { assign, createMachine, setup } from 'xstate';
import { z } from 'zod';
import { allEvents } from '../../../test/support/reading.js';
import { defineEvent, type RecordedOf } from '../event-log/contracts/event-contract.js';
import { ContractBroken } from '../event-log/errors.js';
import { EventLog } from '../event-log/event-log.js';
import { tag } from '../event-log/event.js';
import { InexactNumber } from '../http/kernel/exact-json.js';
import { InvalidBody, Problem } from '../http/kernel/problem.js';
import { MemoryStore } from '../stores/memory.store.js';
import { allows, creatingCommand, defineDecider } from './decider.js';
import { decideTogether } from './decide-together.js';
import { execute, executeTogether, load } from './execute.js';
import { createAtPositions, executeMany } from './execute-many.js';
import { inputSchema, jsonSchemaOf, validate, type InputSchema } from './input-schema.js';
import { positionIds } from './subject-ids.js';

const filled = defineEvent({ type: 'tank.filled', schema: z.strictObject({ litres: z.int() }) });
const drained = defineEvent({ type: 'tank.drained', schema: z.strictObject({ litres: z.int() }) });

const machine = setup({
  types: {
    context: {} as { readonly litres: number },
    events: {} as RecordedOf<typeof filled> | RecordedOf<typeof drained>,
  },
  guards: {
    isThere: ({ context, event }) => event.data.litres <= context.litres,
    isNotEmpty: ({ context }) => context.litres > 0,
  },
}).createMachine({
  id: 'tank',
  context: { litres: 0 },
  on: {
    'tank.filled': {
      actions: assign({ litres: ({ context, event }) => context.litres + event.data.litres }),
    },
    'tank.drained': {
      guard: { type: 'isThere' },
      actions: assign({ litres: ({ context, event }) => context.litres - event.data.litres }),
    },
  },
});

const litres = z.strictObject({ litres: z.int().positive() });

const tank = defineDecider({
  name: 'tank',
  machine,
  consumes: [filled, drained],
  subject: (id: string) => [tag(`tank:${id}`)],
  commands: {
    fill: {
      input: litres,
      records: filled,
      decide: (_, input, id) => filled.create(input, [tag(`tank:${id}`)]),
    },
    drain: {
      input: litres,
      records: drained,
      decide: (_, input, id) =>
        input.litres === 13
          ? new Problem('conflict', 'unlucky', 'It is unlucky', 'Not 13 litres.')
          : [drained.create(input, [tag(`tank:${id}`)])],
    },
    halve: {
      input: z.strictObject({ times: z.int().positive() }),
      records: drained,
      decide: ({ context }, { times }, id) =>
        Array.from({ length: times }, () =>
          drained.create({ litres: Math.ceil(context.litres / 2) }, [tag(`tank:${id}`)]),
        ),
    },
  },
  refusal: ({ context }, id, { type }) =>
    new Problem('conflict', 'too-little', 'There is too little', `${id}: ${context.litres} litres, ${type}`),
});

function given(): EventLog {
  const log = new EventLog(new MemoryStore());
  log.contracts.register([filled, drained]);
  return log;
}

const problemOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'none',
    (error: unknown) => (error instanceof Problem ? `${error.problem}: ${error.detail}` : String(error)),
  );

describe('a command by its name', () => {
  it('is carried out with the id of its subject', async () => {
    const log = given();
    await execute(log, tank, 'a', 'fill', { litres: 5 });
    expect(await allEvents(log)).toMatchObject([
      { type: 'tank.filled', data: { litres: 5 }, tags: ['tank:a'] },
    ]);
  });

  it('is refused with pointers when its schema does not take the input', async () => {
    const attempt = execute(given(), tank, 'a', 'fill', { litres: -1, more: 1 } as never);
    const error: unknown = await attempt.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InvalidBody);
    expect((error as InvalidBody).faults.map(({ pointer }) => pointer)).toEqual(['#/litres', '#/more']);
  });
});

describe('an event that its subject would never fold', () => {
  const stray = (tags: readonly ReturnType<typeof tag>[]) =>
    defineDecider({
      name: 'tank',
      machine,
      consumes: [filled, drained],
      subject: (id: string) => [tag(`tank:${id}`), tag('kind:tank')],
      commands: {
        fill: {
          input: litres,
          records: filled,
          decide: (_, input) => filled.create(input, tags),
        },
      },
    });

  it.each([
    ['no tags', [], 'tank.filled without the tag tank:a and kind:tank'],
    ['one of two', [tag('kind:tank')], 'tank.filled without the tag tank:a'],
    ['that of another subject', [tag('tank:b'), tag('kind:tank')], 'tank.filled without the tag tank:a'],
  ])('is not recorded, and the fault is named: it has %s', async (_, tags, fault) => {
    const log = given();
    const decider = stray(tags);
    const expected = `decider tank: command fill would record ${fault}, so its subject would never change; nothing was recorded`;
    expect(await problemOf(execute(log, decider, 'a', 'fill', { litres: 5 }))).toBe(`Error: ${expected}`);
    const many = executeMany(log, decider, decider.commands.fill, [{ id: 'a', input: { litres: 5 } }]);
    expect(await problemOf(many)).toBe(`Error: ${expected}`);
    expect(await log.head()).toBe(0);
  });

  it('is found in a decision about several subjects', async () => {
    const log = given();
    const pour = decideTogether({
      name: 'pour',
      input: z.strictObject({ from: z.string(), to: z.string() }),
      models: ({ from, to }) => ({ from: tank.decisionModel(from), to: tank.decisionModel(to) }),
      records: { from: drained, to: filled },
      decide: (_, { from }) => [
        drained.create({ litres: 1 }, [tag(`tank:${from}`)]),
        filled.create({ litres: 1 }, [tag(`tank:${from}`)]),
      ],
    });
    await execute(log, tank, 'a', 'fill', { litres: 5 });
    expect(await problemOf(executeTogether(log, pour, { from: 'a', to: 'b' }))).toBe(
      'Error: decision pour would record tank.filled without the tag tank:b, so its subject would never change; nothing was recorded',
    );
    expect(await log.head()).toBe(1);
  });
});

describe('an event that no guard looks at', () => {
  it.each([
    [
      'where the machine runs nothing for it',
      createMachine({
        id: 'tank',
        on: { 'tank.filled': '.full' },
        initial: 'empty',
        states: { empty: {}, full: {} },
      }),
    ],
    ['where it runs an action, which might fail', machine],
  ])('is checked against its contract once, %s', async (_, filling) => {
    let checks = 0;
    const counted = defineEvent({
      type: 'tank.filled',
      schema: z.strictObject({ litres: z.int().refine(() => (checks += 1) > 0) }),
    });
    const decider = defineDecider({
      name: 'tank',
      machine: filling as typeof machine,
      consumes: [counted],
      subject: (id: string) => [tag(`tank:${id}`)],
      ids: positionIds(() => new Problem('not-found', 'none', 'None', 'None.')) as never,
      commands: {
        fill: {
          input: litres,
          records: counted,
          decide: (_state, input, id) => counted.create(input, [tag(`tank:${id}`)]),
        },
      },
    });
    const log = new EventLog(new MemoryStore());
    log.contracts.register([counted]);
    await execute(log, decider, 'a', 'fill', { litres: 5 });
    expect(checks).toBe(1);
    await createAtPositions(log, decider, decider.commands.fill, [{ litres: 5 }, { litres: 6 }]);
    expect(checks).toBe(3);
  });
});

describe('a guard that looks at what is to be recorded', () => {
  it('refuses before anything is recorded, and the decider says why', async () => {
    const log = given();
    await execute(log, tank, 'a', 'fill', { litres: 5 });
    expect(await problemOf(execute(log, tank, 'a', 'drain', { litres: 6 }))).toBe(
      'too-little: a: 5 litres, tank.drained',
    );
    expect(await log.head()).toBe(1);
    await execute(log, tank, 'a', 'drain', { litres: 5 });
    expect((await load(log, tank, 'a')).state.context).toEqual({ litres: 0 });
  });

  it('counts as possible until there is an input', () => {
    expect(allows(tank, tank.fold.initial, tank.commands.drain)).toBe(true);
  });

  it.each<[string, (event: { readonly data: { readonly litres: number } }) => boolean]>([
    ['reads the data', ({ data }) => data.litres < 5],
    ['looks whether there are data', (event) => 'data' in event && event.data.litres < 5],
    ['looks for data of its own', (event) => Object.hasOwn(event, 'data') && event.data.litres < 5],
    ['lists the members', (event) => Object.keys(event).includes('data') && event.data.litres < 5],
    [
      'takes an error for a no',
      (event) => {
        try {
          return event.data.litres < 5;
        } catch {
          return false;
        }
      },
    ],
    [
      'makes another error of an error',
      (event) => {
        try {
          return event.data.litres < 5;
        } catch (cause) {
          throw new Error('a guard of its own kind', { cause });
        }
      },
    ],
  ])('is given the event: one that %s', async (_how, guard) => {
    for (const type of ['tank.drained', 'tank.*', '*']) {
      const guarded = defineDecider({
        name: 'guarded',
        machine: setup({
          types: { events: {} as RecordedOf<typeof drained> },
          guards: { isLittle: ({ event }) => guard(event) },
        }).createMachine({ id: 'guarded', on: { [type]: { guard: 'isLittle', actions: assign({}) } } }),
        consumes: [drained],
        subject: (id: string) => [tag(`tank:${id}`)],
        commands: {
          drain: {
            input: litres,
            records: drained,
            decide: (_, input, id) => drained.create(input, [tag(`tank:${id}`)]),
          },
        },
      });
      expect(allows(guarded, guarded.fold.initial, guarded.commands.drain)).toBe(true);
      const log = given();
      await execute(log, guarded, 'a', 'drain', { litres: 4 });
      const refused = execute(log, guarded, 'a', 'drain', { litres: 5 });
      await expect(refused).rejects.toMatchObject({ problem: 'guarded-not-ready' });
      expect(await log.head()).toBe(1);
    }
  });

  it('is asked about each event of a decision in the state that those before it make', async () => {
    const log = given();
    await execute(log, tank, 'a', 'fill', { litres: 5 });
    expect(await problemOf(execute(log, tank, 'a', 'halve', { times: 2 }))).toBe(
      'too-little: a: 2 litres, tank.drained',
    );
    expect(await log.head()).toBe(1);
  });

  it('is given the data as the contract has them, which is what is recorded', async () => {
    const named = defineEvent({
      type: 'tank.named',
      schema: z.strictObject({ name: z.string().toLowerCase() }),
    });
    const naming = defineDecider({
      name: 'naming',
      machine: setup({
        types: { events: {} as RecordedOf<typeof named> },
        guards: { isLower: ({ event }) => event.data.name === 'a' },
      }).createMachine({ id: 'naming', on: { 'tank.named': { guard: 'isLower', actions: assign({}) } } }),
      consumes: [named],
      subject: (id: string) => [tag(`tank:${id}`)],
    });
    const log = new EventLog(new MemoryStore());
    log.contracts.register([named]);
    const command = { records: named, decide: () => [named.create({ name: 'A' }, [tag('tank:a')])] };
    await execute(log, naming, 'a', command, undefined);
    expect(await allEvents(log)).toMatchObject([{ data: { name: 'a' } }]);
  });

  it('is not blamed for an event that breaks its contract', async () => {
    const log = given();
    const broken = {
      records: drained,
      decide: () => ({ type: 'tank.drained', data: null, tags: [tag('tank:a')] }),
    };
    await expect(execute(log, tank, 'a', broken, undefined)).rejects.toBeInstanceOf(ContractBroken);
  });
});

describe('a refusal', () => {
  it('may be what a decision gives', async () => {
    const log = given();
    await execute(log, tank, 'a', 'fill', { litres: 50 });
    expect(await problemOf(execute(log, tank, 'a', 'drain', { litres: 13 }))).toBe('unlucky: Not 13 litres.');
    expect(await log.head()).toBe(1);
  });

  it('has a standard wording where the decider has none', async () => {
    const plain = defineDecider({
      name: 'plain',
      machine: setup({}).createMachine({ id: 'plain', initial: 'new', states: { new: {} } }),
      consumes: [filled],
      subject: (id: string) => [tag(`plain:${id}`)],
      commands: { fill: { input: litres, records: filled, decide: (_, input) => filled.create(input) } },
    });
    expect(await problemOf(execute(given(), plain, 'a', 'fill', { litres: 1 }))).toBe(
      'plain-not-found: There is no plain a.',
    );
  });
});

describe('several inputs in one commit', () => {
  const drain = (log: EventLog, ...amounts: readonly number[]): Promise<string> =>
    problemOf(
      executeMany(
        log,
        tank,
        tank.commands.drain,
        amounts.map((each) => ({ id: 'a', input: { litres: each } })),
      ),
    );

  it('are decided each in the state that the ones before it make', async () => {
    const log = given();
    await execute(log, tank, 'a', 'fill', { litres: 5 });
    expect(await drain(log, 2, 2, 2)).toBe('too-little: a: 1 litres, tank.drained');
    expect(await log.head()).toBe(1);
    expect(await drain(log, 2, 2, 1)).toBe('none');
    expect(new Set((await allEvents(log)).map(({ commit }) => commit)).size).toBe(2);
  });

  it('may be about several subjects, whatever they are called', async () => {
    const log = given();
    const items = ['a', '__proto__', 'a'].map((id) => ({ id, input: { litres: 1 } }));
    await executeMany(log, tank, tank.commands.fill, items);
    const litresOf = async (id: string): Promise<number> => (await load(log, tank, id)).state.context.litres;
    expect([await litresOf('a'), await litresOf('__proto__')]).toEqual([2, 1]);
  });

  it('see what those about other subjects record about theirs', async () => {
    const log = given();
    await executeMany(log, tank, tank.commands.fill, [
      { id: 'a', input: { litres: 5 } },
      { id: 'b', input: { litres: 5 } },
    ]);
    const both = {
      records: drained,
      decide: () => drained.create({ litres: 3 }, [tag('tank:a'), tag('tank:b')]),
    };
    const items = ['a', 'b'].map((id) => ({ id, input: undefined }));
    expect(await problemOf(executeMany(log, tank, both, items))).toBe(
      'too-little: b: 2 litres, tank.drained',
    );
    expect(await log.head()).toBe(2);
  });

  it('cannot claim unique values, which they would not record', async () => {
    const claiming = { ...tank.commands.fill, unique: () => [] };
    const attempt = executeMany(given(), tank, claiming, [{ id: 'a', input: { litres: 1 } }]);
    await expect(attempt).rejects.toThrow('a command that claims unique values is carried out alone');
  });

  it('create subjects that are named by positions without a condition', async () => {
    const log = given();
    const command = {
      records: filled,
      decide: (_: unknown, input: number) => filled.create({ litres: input }),
    };
    expect(await createAtPositions(log, tank, command, [1, 2, 3])).toMatchObject({ first: 1, last: 3 });
  });
});

describe('a decision about several subjects', () => {
  const pour = decideTogether({
    name: 'pour',
    input: z.strictObject({ from: z.string(), to: z.string(), litres: z.int() }),
    models: ({ from, to }) => ({ from: tank.decisionModel(from), to: tank.decisionModel(to) }),
    records: { from: drained, to: filled },
    decide: (_, input) => [
      drained.create({ litres: input.litres }, [tag(`tank:${input.from}`)]),
      filled.create({ litres: input.litres }, [tag(`tank:${input.to}`)]),
    ],
  });

  it('asks each machine about its own events, guards included', async () => {
    const log = given();
    await execute(log, tank, 'a', 'fill', { litres: 5 });
    expect(await problemOf(executeTogether(log, pour, { from: 'a', to: 'b', litres: 6 }))).toBe(
      'too-little: a: 5 litres, tank.drained',
    );
    await executeTogether(log, pour, { from: 'a', to: 'b', litres: 5 });
    expect((await load(log, tank, 'b')).state.context).toEqual({ litres: 5 });
  });

  it('may only read a subject of the same decider, which is no part of records', async () => {
    const log = given();
    await execute(log, tank, 'a', 'fill', { litres: 5 });
    const watched = decideTogether({
      name: 'watched',
      input: z.strictObject({ from: z.string() }),
      models: ({ from }) => ({ from: tank.decisionModel(from), witness: tank.decisionModel('w') }),
      records: { from: drained },
      decide: (_, { from }) => [drained.create({ litres: 2 }, [tag(`tank:${from}`)])],
    });
    await expect(executeTogether(log, watched, { from: 'a' })).resolves.toMatchObject({ last: 2 });
    const astray = { ...watched, decisionModel: () => watched.decisionModel({ from: 'b' }) };
    await expect(executeTogether(log, astray, { from: 'a' })).rejects.toThrow(
      'tank.drained without the tag tank:b',
    );
  });

  it('is made several times in one commit, each in the state that the ones before it make', async () => {
    const log = given();
    const pourAll = (...pairs: readonly (readonly [from: string, to: string])[]): Promise<string> =>
      problemOf(
        executeMany(
          log,
          pour,
          pour.command,
          pairs.map(([from, to]) => ({ id: { from, to, litres: 3 }, input: { from, to, litres: 3 } })),
        ),
      );
    await execute(log, tank, 'a', 'fill', { litres: 5 });
    expect(await pourAll(['a', 'b'], ['c', 'd'])).toBe('too-little: c: 0 litres, tank.drained');
    expect(await pourAll(['a', 'b'], ['a', 'c'])).toBe('too-little: a: 2 litres, tank.drained');
    expect(await log.head()).toBe(1);
    expect(await pourAll(['a', 'b'], ['b', 'c'])).toBe('none');
    const litresOf = async (id: string): Promise<number> => (await load(log, tank, id)).state.context.litres;
    expect([await litresOf('a'), await litresOf('b'), await litresOf('c')]).toEqual([2, 0, 3]);
  });
});

describe('what cannot be a decider', () => {
  const define = (input: InputSchema, records = filled): unknown =>
    defineDecider({
      name: 'tank',
      machine,
      consumes: [filled],
      subject: (id: string) => [tag(id)],
      commands: { fill: { input, records, decide: () => [] } },
    });

  it.each([
    ['an input that is no JSON', () => define(z.bigint()), /command fill: its input must describe JSON/],
    [
      'an event that it does not consume',
      () => define(litres, drained as never),
      /command fill records tank.drained, which the decider does not consume/,
    ],
    ['an input that is no schema', () => define({} as never), /it is no Standard Schema/],
    [
      'a schema that does not tell its JSON Schema',
      () => define({ '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }) } }),
      /a schema of x does not tell its JSON Schema/,
    ],
    [
      'a name that is none',
      () =>
        defineDecider({ name: 'a tank', machine, consumes: [filled], subject: (id: string) => [tag(id)] }),
      /decider a tank: a name is lower case/,
    ],
    ['several commands that create', () => creatingCommand(tank), /fill, drain, halve are possible at first/],
    [
      'several commands that say that they create',
      () => {
        const { fill, drain } = tank.commands;
        const commands = { fill: { ...fill, creates: true }, drain: { ...drain, creates: true } };
        return creatingCommand({ ...tank, commands: commands as never });
      },
      /fill, drain say creates: true; only one of them can/,
    ],
  ])('is refused at the start: %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('an input that holds one object many times', () => {
  const levels = (text: string): object =>
    Array.from({ length: 26 }).reduce<object>((below) => ({ a: below, b: below }), { text });

  it('is looked through once', async () => {
    const value = levels('x');
    expect(await validate(z.unknown(), value)).toEqual({ value });
  });

  it('is refused where a text in it is no Unicode', async () => {
    expect(await validate(z.unknown(), levels('\ud800'))).toEqual({
      faults: [
        { pointer: `#${'/a'.repeat(26)}/text`, detail: expect.stringContaining('surrogate') as string },
      ],
    });
  });
});

describe('an input that is read by a function', () => {
  const read = inputSchema((value) => {
    if (typeof value === 'string') return value.length;
    throw new InvalidBody([{ pointer: '#/a~1b/0', detail: 'a text' }]);
  }, z.string());

  it('is what the function gives', async () => {
    expect(await validate(read, 'abc')).toEqual({ value: 3 });
  });

  it('is refused with the faults of the function, where the value is', async () => {
    expect(await validate(read, 5, ['list', 2])).toEqual({
      faults: [{ pointer: '#/list/2/a~1b/0', detail: 'a text' }],
    });
  });

  it('is refused with the faults of the function also where a number is not exact', async () => {
    expect(await validate(read, { other: new InexactNumber('1e400') })).toEqual({
      faults: [{ pointer: '#/a~1b/0', detail: 'a text' }],
    });
  });

  it('has the JSON Schema that it is described with', () => {
    expect(jsonSchemaOf(read)).toEqual({ type: 'string' });
  });

  it('fails when the function fails otherwise', async () => {
    const broken = inputSchema(() => {
      throw new RangeError('broken');
    }, z.string());
    await expect(validate(broken, 5)).rejects.toThrow('broken');
  });
});

describe('a schema of another library', () => {
  it('is asked as Standard Schema says', async () => {
    const even: InputSchema<number> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) =>
          Promise.resolve(
            typeof value === 'number' && value % 2 === 0
              ? { value }
              : { issues: [{ message: 'an even number', path: [{ key: 'half' }] }] },
          ),
        jsonSchema: { input: () => ({ type: 'integer' }) },
      },
    };
    const pairs = defineDecider({
      name: 'pairs',
      machine,
      consumes: [filled],
      subject: (id: string) => [tag(`pairs:${id}`)],
      commands: {
        add: {
          input: even,
          records: filled,
          decide: (_, input, id) => filled.create({ litres: input }, [tag(`pairs:${id}`)]),
        },
      },
    });
    const error: unknown = await execute(given(), pairs, 'a', 'add', 3).catch((caught: unknown) => caught);
    expect((error as InvalidBody).faults).toEqual([{ pointer: '#/half', detail: 'an even number' }]);
    expect(await execute(given(), pairs, 'a', 'add', 4)).toMatchObject({ first: 1 });
  });
});
