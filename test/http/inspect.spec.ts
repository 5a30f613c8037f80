/** The WebSocket at `/inspect`: what the official receiver of Stately's inspector is shown. */
import { readFile } from 'node:fs/promises';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  createInspector,
  createWebSocketReceiver,
  type StatelyActorEvent,
  type StatelyInspectionEvent,
} from '@statelyai/inspect';
import { createActor, createMachine } from 'xstate';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { InspectGateway } from '../../src/runtime/http/inspect/inspect-gateway.js';
import { ProjectionHost } from '../../src/runtime/projection/projection-host.js';
import { add } from '../support/amounts.js';
import { problemOf, until } from '../support/api.js';
import { startForeign, type Foreign } from '../support/foreign-application.js';
import { SocketClient } from '../support/socket-client.js';

let foreign: Foreign;
let root: string;
let log: EventLog;
let gateway: InspectGateway;
const clients: SocketClient[] = [];

/** What a client has got, of one actor. */
const gotOf = (client: SocketClient, id: string): readonly StatelyInspectionEvent[] =>
  (client.got as unknown as readonly StatelyInspectionEvent[]).filter(({ sessionId }) => sessionId === id);

const open = async (): Promise<SocketClient> => {
  const client = await SocketClient.open(`${root}/inspect`);
  if (typeof client === 'number') throw new Error(`the upgrade was answered with ${client}`);
  clients.push(client);
  return client;
};

beforeAll(async () => {
  foreign = await startForeign('fastify', {
    globalPrefix: 'api',
    http: { prefix: 'log', events: true, inspect: { connections: 3, admit: () => undefined } },
  });
  root = `${foreign.url}/api/log`;
  log = foreign.app.get(EventLog);
  gateway = foreign.app.get(InspectGateway);
  await add(log, 1, 2, 3);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate();
  await until(() => gateway.count === 0);
});

afterAll(() => foreign.app.close());

it('shows the official receiver the projections and their lifecycles, and then what is folded', async () => {
  const got: StatelyInspectionEvent[] = [];
  const of = (id: string): readonly StatelyInspectionEvent[] =>
    got.filter(({ sessionId }) => sessionId === id);
  createWebSocketReceiver({ server: `${root.replace(/^http/, 'ws')}/inspect` }).subscribe((each) => {
    got.push(each);
  });
  await until(() => of('projection/total').length > 0);
  const [actor] = of('projection/total') as [StatelyActorEvent];
  expect(actor).toMatchObject({
    type: '@xstate.actor',
    name: 'total',
    parentId: 'lifecycle/total',
    rootId: 'runtime',
    snapshot: { status: 'active', value: 'totalling', context: { total: 6, count: 3 } },
  });
  expect(JSON.parse(actor.definition ?? '')).toMatchObject({
    id: 'total',
    initial: 'empty',
    on: { 'amount.added': { target: '.totalling', actions: { type: 'assign' } } },
    states: { empty: {}, totalling: {} },
  });
  expect(of('lifecycle/total')[0]).toMatchObject({
    type: '@xstate.actor',
    parentId: 'runtime',
    snapshot: { status: 'active', value: { running: 'following' } },
  });
  expect(got[0]).toMatchObject({ sessionId: 'runtime', snapshot: { value: 'running' } });

  const { last } = await add(log, 4);
  await until(() => of('projection/total').length === 3);
  const event = { type: 'amount.added', position: last, data: { amount: 4 } };
  expect(of('projection/total').slice(1)).toMatchObject([
    { type: '@xstate.event', event },
    { type: '@xstate.snapshot', event, snapshot: { value: 'totalling', context: { total: 10, count: 4 } } },
  ]);
  // The receiver has no way to end.
  gateway.closeAll();
});

it('sends what the official adapter sends, in the version that is tested with', async () => {
  const official: StatelyInspectionEvent[] = [];
  const inspector = createInspector({ send: (each) => official.push(each) });
  const actor = createActor(createMachine({ id: 'total' }), { inspect: inspector.inspect }).start();
  actor.send({ type: 'amount.added' });
  await until(() => official.some(({ type }) => type === '@xstate.snapshot'));
  const client = await open();
  await add(log, 1);
  await until(() => gotOf(client, 'projection/total').length === 3);
  const { version } = JSON.parse(
    await readFile(new URL('../package.json', import.meta.resolve('@statelyai/inspect')), 'utf8'),
  ) as { version: string };
  for (const ours of gotOf(client, 'projection/total')) {
    const theirs = official.find(({ type }) => type === ours.type);
    // What is undefined is not in the JSON of theirs either.
    expect(Object.keys(ours)).toEqual(
      expect.arrayContaining(Object.keys(JSON.parse(JSON.stringify(theirs)) as object)),
    );
    expect(ours._version).toBe(version);
  }
});

it('watches nothing while nobody is connected', async () => {
  const { system } = foreign.app.get(ProjectionHost).root;
  const inspect = jest.spyOn(system, 'inspect');
  await add(log, 1);
  expect(inspect).not.toHaveBeenCalled();
  await open();
  expect(inspect).toHaveBeenCalled();
  inspect.mockRestore();
});

it('is for pages of its own origin, and for so many connections; a request without an upgrade is answered with 426', async () => {
  const headers = { origin: 'http://elsewhere.example' };
  expect(await SocketClient.open(`${root}/inspect`, { headers })).toBe(403);
  for (let count = 0; count < 3; count += 1) await open();
  expect(await SocketClient.open(`${root}/inspect`)).toBe(503);
  const { type, detail } = await problemOf(await fetch(`${root}/inspect`), 426);
  expect(type).toBe('urn:leftfold:problem:upgrade-required');
  expect(detail).toContain('@statelyai/inspect');
});

it('is beside /push, closes with 1001 when the application stops, and warns where nobody is asked', async () => {
  const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  const both = await startForeign('express', { http: { events: true, push: true, inspect: true } });
  expect(warn.mock.calls.flat().filter((said) => String(said).includes('at /inspect'))).toHaveLength(1);
  warn.mockRestore();
  const sockets = [
    await SocketClient.open(`${both.url}/inspect`),
    await SocketClient.open(`${both.url}/push`),
  ];
  expect(await SocketClient.open(`${both.url}/total`)).toBe(200);
  await both.app.close();
  for (const socket of sockets as readonly SocketClient[]) {
    await until(() => socket.closed !== undefined);
    expect(socket.closed).toEqual({ code: 1001, reason: 'server-stopping' });
  }
});

it('asks for every scope of what it shows', async () => {
  const statusFor = async (...anonymous: readonly string[]): Promise<unknown> => {
    const { app, url } = await startForeign('fastify', { http: { inspect: true, access: { anonymous } } });
    const opened = await SocketClient.open(`${url}/inspect`);
    await app.close();
    return typeof opened === 'number' ? opened : 'opened';
  };
  expect(await statusFor('operate', 'events:read')).toBe(401);
  expect(await statusFor('operate', 'query:*')).toBe(401);
  expect(await statusFor('events:read', 'query:*')).toBe(401);
  expect(await statusFor('operate', 'events:read', 'query:*')).toBe('opened');
});
