/** Every answer of commands and subjects is the one that `/openapi.json` describes, and every one that it describes is answered. */
import { jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { setup } from 'xstate';
import { z } from 'zod';
import { APPENDING_PROBLEMS } from '../../src/runtime/http/index.js';
import {
  CommandContended,
  EventLog,
  LeftfoldModule,
  Problem,
  defineDecider,
  defineEvent,
  positionIds,
  tag,
  uniqueValues,
} from '../../src/runtime/index.js';
import { CANNOT_BE_FOLDED, UNREADABLE } from '../../src/runtime/http/events/log-problems.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { BankModule } from '../bank/bank.js';
import type { DocumentedApi } from '../support/documented-api.js';
import {
  type Case,
  expectAsDocumented,
  posted,
  rows,
  startDocumented,
} from '../support/documented-requests.js';
import { sendRaw } from '../support/raw-http.js';

const noteTaken = defineEvent({
  type: 'note.taken',
  open: true,
  schema: z.strictObject({ text: z.string() }),
  examples: [{ data: { text: 'a' } }],
});
const noteStruck = defineEvent({ type: 'note.struck', schema: z.strictObject({}) });
const handles = uniqueValues('handle');

/** Named by positions, with the standard refusals, another media type, and many in one commit. */
const notes = defineDecider({
  name: 'note',
  machine: setup({}).createMachine({
    id: 'note',
    initial: 'unknown',
    states: {
      unknown: { on: { 'note.taken': 'taken' } },
      taken: { on: { 'note.struck': 'struck' } },
      struck: {},
    },
  }),
  consumes: [noteTaken, noteStruck],
  ids: positionIds((text) => new Problem('not-found', 'note-not-found', 'There is no such note', text)),
  subject: (at) => ({ query: [{ tags: [tag(`note:${at}`)] }], origin: at }),
  refusal: ({ value }, at) =>
    value === 'unknown'
      ? new Problem('not-found', 'note-not-found', 'There is no such note', `There is no note ${at}.`)
      : new Problem('conflict', 'note-is-struck', 'The note is struck', `Note ${at} is struck.`),
  http: { path: 'notes', view: ({ value }, at) => ({ note: at, is: value }) },
  commands: {
    take: {
      input: z.strictObject({ text: z.string() }),
      examples: [{ text: 'a' }],
      records: noteTaken,
      http: { many: true, plural: 'notes', accepts: ['application/vnd.note+json'] },
      decide: (_, input) => noteTaken.create(input),
    },
    strike: {
      input: z.strictObject({}),
      records: noteStruck,
      problems: [new Problem('conflict', 'note-is-struck', 'The note is struck', 'Note 1 is struck.')],
      decide: (_state, _input, at) => noteStruck.create({}, [tag(`note:${at}`)]),
    },
  },
});

const memberJoined = defineEvent({ type: 'member.joined', schema: z.strictObject({ handle: z.string() }) });

/** With a unique value, a view and an answer of its own. */
const members = defineDecider({
  name: 'member',
  machine: setup({}).createMachine({
    id: 'member',
    initial: 'unknown',
    states: { unknown: { on: { 'member.joined': 'joined' } }, joined: {} },
  }),
  consumes: [memberJoined],
  subject: (id: string) => [tag(`member:${id}`)],
  http: {
    path: 'members',
    view: ({ value }) => ({ is: value }),
    viewSchema: z.strictObject({ is: z.string() }),
  },
  commands: {
    join: {
      input: z.strictObject({ handle: z.string() }),
      examples: [{ handle: 'ann' }],
      records: memberJoined,
      problems: handles.problems,
      unique: ({ handle }, id) => [handles.claim(handle, id)],
      http: {
        answer: ({ ids: [id] }) => ({ joined: id ?? '' }),
        answerSchema: z.object({ joined: z.string() }),
      },
      decide: (_state, input, id) => memberJoined.create(input, [tag(`member:${id}`)]),
    },
  },
});

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: [noteTaken, noteStruck, memberJoined, ...handles.contracts],
      deciders: [notes, members, handles.decider],
      http: true,
    }),
  ],
})
class NotesModule {}

const [JSON_TYPE, FORM_TYPE, NDJSON_TYPE] = [
  'application/json',
  'application/x-www-form-urlencoded',
  'application/x-ndjson',
];
const NOTE_TYPE = 'application/vnd.note+json';

let app: NestFastifyApplication;
let api: DocumentedApi;
let log: EventLog;

beforeAll(async () => {
  ({ app, api, log } = await startDocumented(new MemoryStore(), [BankModule, NotesModule]));
});

afterAll(() => app.close());

afterEach(() => {
  jest.restoreAllMocks();
});

const expectDocumented = (...request: Case): Promise<void> => expectAsDocumented(api, request);

/** One that is acceptable of each command. */
const COMMANDS: readonly Case[] = [
  ['openAccount', '/accounts', posted({ owner: 'Ann' })],
  ['openAccountAs', '/accounts/d/open', posted({ owner: 'Ann' })],
  ['depositAccount', '/accounts/a/deposit', posted({ cents: 5 })],
  ['withdrawAccount', '/accounts/a/withdraw', posted({ cents: 1 })],
  ['closeAccount', '/accounts/c/close', posted({})],
  ['transfers', '/transfers', posted({ from: 'a', to: 'b', cents: 1 })],
  ['takeNote', '/notes', posted({ text: 'a' }, NOTE_TYPE)],
  ['strikeNote', '/notes/1/strike', posted({})],
  ['joinMember', '/members', posted({ handle: 'cat' })],
  ['joinMemberAs', '/members/d/join', posted({ handle: 'dan' })],
];

const REQUESTS: readonly Case[] = [
  ...COMMANDS,
  ['findAccount', '/accounts/a'],
  ['findNote', '/notes/1'],
  ['findMember', '/members/a'],
];

it('sends with “Execute” what is answered as documented, and refused only where that is right', async () => {
  const statuses = await api.executeAll(REQUESTS.map(([id]) => api.operation(id)));
  expect(Object.entries(statuses).filter(([, status]) => status >= 300)).toEqual([
    [`openAccountAs ${JSON_TYPE}`, 409], // openAccount has opened it
    [`closeAccount ${JSON_TYPE}`, 409], // it holds money
    [`transfers ${JSON_TYPE}`, 404], // there is one account only
    [`strikeNote ${JSON_TYPE}`, 404], // at position 1 is an account
    [`joinMemberAs ${JSON_TYPE}`, 409],
    ['findNote', 404],
  ]);
});

describe('an answer is documented', () => {
  it.each(
    rows([
      ['openAccount', '/accounts', posted({ id: 'b', owner: 'Bob' })],
      ['openAccountAs', '/accounts/c/open', posted({ owner: 'Cat' })],
      ['depositAccount', '/accounts/a/deposit', posted([{ cents: 5 }, { cents: 6 }])],
      ['depositAccount', '/accounts/a/deposit', posted('{"cents": 5}\n{"cents": 6}\n', NDJSON_TYPE)],
      ['depositAccount', '/accounts/a/deposit', posted('cents=5', FORM_TYPE)],
      ['closeAccount', '/accounts/c/close', { headers: {} }],
      ['findAccount', '/accounts/c'],
      ['takeNote', '/notes', posted([{ text: 'a' }, { text: 'b' }], NOTE_TYPE)],
      ['findMember', '/members/a'],
      ['joinMemberAs', '/members/f/join', posted({ handle: 'fay' })],
      ...COMMANDS.filter(([id]) => !['closeAccount', 'strikeNote'].includes(id)),
    ]),
  )('$id: $path', ({ id, path, init }) => expectDocumented(id, path, init));

  it('of a note that was just taken', async () => {
    const response = await fetch(`${api.url}/notes`, { method: 'POST', ...posted({ text: 'a' }, NOTE_TYPE) });
    const path = response.headers.get('location') ?? '';
    await expectDocumented('findNote', path);
    await expectDocumented('strikeNote', `${path}/strike`, posted({}));
    await expectDocumented('strikeNote', `${path}/strike`, posted({})); // 409
    await expectDocumented('findNote', path);
  });
});

describe('a problem is documented', () => {
  it.each(
    rows([
      ['openAccount', '/accounts', posted({ owner: 5 })],
      ['openAccount', '/accounts', posted({ id: 'a', owner: 'Ann' })],
      ['openAccountAs', '/accounts/a/open', posted({ owner: 'Ann' })],
      ['openAccountAs', '/accounts/e/open', posted({ owner: 5 })],
      ['depositAccount', '/accounts/a/deposit', posted({ cents: 0 })],
      ['depositAccount', '/accounts/c/deposit', posted({ cents: 5 })],
      ['withdrawAccount', '/accounts/a/withdraw', posted({ cents: 10 ** 9 })],
      ['withdrawAccount', '/accounts/c/withdraw', posted({ cents: 5 })],
      ['withdrawAccount', '/accounts/a/withdraw', posted({ euros: 5 })],
      ['closeAccount', '/accounts/a/close', posted({})],
      ['closeAccount', '/accounts/a/close', posted({ why: 5 })],
      ...['deposit', 'withdraw', 'close'].map((each): Case => [
        `${each}Account`,
        `/accounts/none/${each}`,
        posted(each === 'close' ? {} : { cents: 5 }),
      ]),
      ...['open', 'deposit', 'withdraw', 'close'].map((each): Case => [
        `${each}Account${each === 'open' ? 'As' : ''}`,
        `/accounts/%5C/${each}`,
        posted({}),
      ]),
      ['findAccount', '/accounts/none'],
      ['findAccount', '/accounts/%5C'],
      ['transfers', '/transfers', posted({ from: 'a', to: 'none', cents: 1 })],
      ['transfers', '/transfers', posted({ from: 'a', to: 'c', cents: 1 })],
      ['transfers', '/transfers', posted({ from: 'a', to: 'b', cents: 10 ** 9 })],
      ['transfers', '/transfers', posted({})],
      ['takeNote', '/notes', posted({}, NOTE_TYPE)],
      ['findNote', '/notes/x'],
      ['findNote', '/notes/999'],
      ['strikeNote', '/notes/x/strike', posted({})],
      ['strikeNote', '/notes/999/strike', posted({})],
      ['strikeNote', '/notes/1/strike', posted({ why: 5 })],
      ['findMember', '/members/none'],
      ['findMember', '/members/%5C'],
      ['joinMember', '/members', posted({ handle: 'ann' })],
      ['joinMember', '/members', posted({ id: 'a', handle: 'anew' })],
      ['joinMember', '/members', posted({})],
      ['joinMemberAs', '/members/g/join', posted({ handle: 'ann' })],
      ['joinMemberAs', '/members/a/join', posted({ handle: 'anew' })],
      ['joinMemberAs', '/members/g/join', posted({})],
      ['joinMemberAs', '/members/%5C/join', posted({})],
      ['findAccount', '/accounts/a?x=1'],
      ['findNote', '/notes/1?x=1'],
      ['findMember', '/members/a?x=1'],
      ...COMMANDS.flatMap(([id, path, init]): readonly Case[] => [
        [id, `${path}?x=1`, init],
        [id, path, { ...init, headers: { ...(init?.headers as object), 'idempotency-key': '' } }],
        [id, path, posted('{', id === 'takeNote' ? NOTE_TYPE : JSON_TYPE)],
        [id, path, posted('x', 'text/plain')],
      ]),
    ]),
  )('$id: $path', ({ id, path, init }) => expectDocumented(id, path, init));

  it('of a body that is too large', async () => {
    for (const [id, path] of COMMANDS)
      await expectDocumented(
        id,
        path,
        posted({ x: 'x'.repeat(1024 * 1024) }, id === 'takeNote' ? NOTE_TYPE : JSON_TYPE),
      );
  });

  it('of a key that was used for something else', async () => {
    const headers = { 'idempotency-key': 'a key' };
    await fetch(`${api.url}/notes`, { method: 'POST', ...posted({ text: 'b' }, NOTE_TYPE, headers) });
    for (const [id, path, init] of COMMANDS)
      await expectDocumented(id, path, { ...init, headers: { ...(init?.headers as object), ...headers } });
  });

  it('when too many commands are about one subject', async () => {
    jest.spyOn(log, 'tryAppend').mockRejectedValue(new CommandContended('Others are faster.'));
    for (const [id, path, init] of [
      ...COMMANDS.filter(([each]) => !['takeNote', 'strikeNote', 'closeAccount'].includes(each)),
      ['openAccountAs', '/accounts/h/open', posted({ owner: 'Hal' })],
      ['joinMember', '/members', posted({ handle: 'hal' })],
      ['joinMemberAs', '/members/h/join', posted({ handle: 'hal' })],
    ] satisfies readonly Case[])
      await expectDocumented(id, path, init);
    jest.spyOn(log, 'head').mockRejectedValue(new CommandContended('Others are faster.'));
    for (const [id, path, init] of COMMANDS.filter(([each]) => /strike|close/.test(each)))
      await expectDocumented(id, path, init);
  });

  it.each(rows(REQUESTS))('of any request: $id', async ({ id, path, init }) => {
    await expectDocumented(id, `${path}?x=%ZZ`, init);
    await expectDocumented(id, path, {
      ...init,
      headers: { ...(init?.headers as object), accept: 'text/csv' },
    });
    const operation = api.operation(id);
    const { status, headers, body } = await sendRaw(
      api.url,
      `${operation.method} ${path} HTTP/1.1\nHost: other.example`,
    );
    expect(api.differencesOf(operation, { status, headers: new Headers([...headers]) }, body)).toEqual([]);
    if (operation.method === 'GET') return;
    await expectDocumented(id, path, {
      ...init,
      headers: { ...(init?.headers as object), origin: 'https://other.example' },
    });
  });

  const refusals: { name: string; error: Error }[] = [
    ...[...APPENDING_PROBLEMS, UNREADABLE, CANNOT_BE_FOLDED].map((problem) => ({
      name: problem.problem,
      error: problem,
    })),
    { name: 'internal-error', error: new Error('a defect') },
  ];

  it.each(refusals)('when the log refuses: $name', async ({ name, error }) => {
    for (const method of ['head', 'append', 'find'] as const)
      jest.spyOn(log, method).mockRejectedValue(error);
    for (const [id, path, init] of REQUESTS) {
      const examples = Object.values(api.operation(id).responses).flatMap(({ content = {} }) =>
        Object.values(content).flatMap((media) => api.examplesOf(media)),
      );
      if (examples.some(({ type }) => type.endsWith(`:${name}`))) await expectDocumented(id, path, init);
    }
  });
});

describe('the document', () => {
  it('describes no answer that is not given', () => {
    const ids = new Set(REQUESTS.map(([id]) => id));
    expect(api.unseen().filter((each) => ids.has(each.split(' ')[0] ?? ''))).toEqual([]);
  });

  it('names the schemas of objects that it has more than once', () => {
    const amount = { cents: { type: 'integer', minimum: 0, exclusiveMinimum: true, maximum: 2 ** 53 - 1 } };
    // What two commands take has two names.
    expect(
      api.repeatedSchemas().map((text) => (JSON.parse(text) as { properties: unknown }).properties),
    ).toEqual([amount]);
  });

  it('names the media types that are read', () => {
    const types = (id: string): readonly string[] =>
      Object.keys(api.operation(id).requestBody?.content ?? {});
    expect(types('depositAccount')).toEqual([JSON_TYPE, NDJSON_TYPE, FORM_TYPE]);
    expect(types('takeNote')).toEqual([NOTE_TYPE, NDJSON_TYPE]);
    expect(types('closeAccount')).toEqual([JSON_TYPE]);
  });
});
