import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { InspectSocket } from './inspect-socket.js';
import type { InspectedActor, OnEvents } from './inspected-actors.js';
import type { Inspection, Viewer } from './inspection.js';
import { PASSED_OVER } from './inspection-messages.js';
import { ShownActor } from './shown-actor.js';
import { until } from '../../../../test/support/api.js';

/** Takes what it is sent, or lets it wait. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  readonly sent: { type: string; event?: { type: string; count?: number }; snapshot?: object }[] = [];
  bufferedAmount = 0;
  takes = true;
  #taken: (() => void)[] = [];

  send(text: string, taken: () => void): void {
    this.sent.push(JSON.parse(text) as (typeof this.sent)[number]);
    this.bufferedAmount += text.length;
    this.#taken.push(taken);
    if (this.takes)
      queueMicrotask(() => {
        this.take();
      });
  }

  take(): void {
    this.bufferedAmount = 0;
    for (const taken of this.#taken.splice(0)) taken();
  }
}

function shown(text: string): {
  state: { text: string };
  tell: OnEvents;
  viewers: Viewer[];
  actor: ShownActor;
} {
  const state = { text };
  const viewers: Viewer[] = [];
  const told: { tell: OnEvents } = { tell: () => undefined };
  const inspected: InspectedActor = {
    id: 'projection/a',
    name: 'a',
    parentId: undefined,
    definition: ' '.repeat(10_000),
    mark: () => state.text,
    snapshot: () => ({ status: 'active', context: { text: state.text } }),
    watch: (callback) => {
      told.tell = callback;
      return () => undefined;
    },
  };
  const actor = new ShownActor(inspected, (of, news) => {
    for (const viewer of viewers) viewer.offer(of, news);
  });
  actor.start();
  return {
    state,
    viewers,
    actor,
    tell: (count, last) => {
      told.tell(count, last);
    },
  };
}

function viewing(socket: FakeSocket, { actor, viewers }: ReturnType<typeof shown>): InspectSocket {
  const inspection = {
    add: (viewer: Viewer) => {
      viewers.push(viewer);
      viewer.begin([actor]);
    },
    remove: () => undefined,
  } as unknown as Inspection;
  return new InspectSocket(socket as unknown as WebSocket, inspection, 1_000);
}

const events = (count: number): { type: string }[] =>
  Array.from({ length: count }, () => ({ type: 'added' }));

it('shows the newest twenty of many events, and counts the others', async () => {
  const [socket, one] = [new FakeSocket(), shown('a')];
  viewing(socket, one);
  one.tell(1_000, events(20));
  one.tell(5, events(5));
  await until(() => socket.sent.length > 1);
  const [actor, passed, ...rest] = socket.sent;
  expect(actor?.type).toBe('@xstate.actor');
  expect(passed?.event).toEqual({ type: PASSED_OVER, count: 985 });
  expect(rest.map(({ type }) => type)).toEqual([
    ...events(20).map(() => '@xstate.event'),
    '@xstate.snapshot',
  ]);
});

it('sends a client that does not read nothing, and then the newest state with the count of what it has missed', async () => {
  const [slow, quick, one] = [new FakeSocket(), new FakeSocket(), shown('x'.repeat(60_000))];
  slow.takes = false;
  const viewer = viewing(slow, one);
  viewing(quick, one);
  expect(slow.sent).toHaveLength(1);
  for (let round = 1; round <= 3; round += 1) {
    one.state.text = String(round).repeat(60_000);
    const before = quick.sent.length;
    one.tell(2, events(2));
    await until(() => quick.sent.length > before);
  }
  expect(slow.sent).toHaveLength(1);
  expect(viewer.waitingBytes).toBeLessThan(80_000);
  slow.takes = true;
  slow.take();
  expect(slow.sent.slice(1).map(({ event }) => event)).toEqual([
    { type: PASSED_OVER, count: 6 },
    { type: 'added' },
  ]);
  expect(slow.sent.at(-1)?.snapshot).toEqual(quick.sent.at(-1)?.snapshot);
});
