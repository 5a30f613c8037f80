/** Commands whose options cannot be served: the application does not start, and says which option is wrong. */
import { z } from 'zod';
import {
  LeftfoldModule,
  Problem,
  decideTogether,
  positionIds,
  subjectId,
  type Servable,
} from '../../src/runtime/index.js';
import { addItem, orders } from '../support/app/dishes.js';

describe('a command cannot be served whose', () => {
  const input = z.strictObject({
    order: subjectId,
    item: z.string(),
    place: z.strictObject({ row: z.int() }),
    count: z.int(),
    code: z.string().max(8),
    old: z.uuidv4(),
    even: z.string().refine(() => false, 'never'),
    note: z.string().optional(),
  });
  const served = (deciders: readonly Servable[]) => () => LeftfoldModule.forFeature({ deciders, http: true });
  const joint = (http: object) =>
    served([
      decideTogether({
        ...addItem,
        name: 'add',
        input,
        http,
        models: () => ({}),
        records: {},
        decide: () => [],
      }),
    ]);

  it.each([
    ['path names no member', { path: 'orders/{id}/items' }, 'http.path names id'],
    ['path names a member twice', { path: 'orders/{order}/{order}' }, 'its path has {order} twice'],
    ['path begins with a parameter', { path: '{order}/items' }, 'begins with a parameter'],
    ['path is of the runtime', { path: 'events/{order}' }, '/events is where the runtime serves its own'],
    ['path has an unfinished parameter', { path: 'orders/{order' }, 'is no path'],
    ['made member is none', { makes: 'thing' }, 'http.makes names thing'],
    ['made member is in the path', { path: 'orders/{item}', makes: 'item' }, '{item} is in its path'],
    ['location names no member', { location: 'items/{thing}' }, 'http.location names thing'],
    [
      'body gives the whole input',
      { path: 'orders/{order}', body: input },
      'http.body gives the whole input',
    ],
    ['subjects are several, which it is to show', { shows: true }, 'so it shows none'],
    ['path names an object', { path: 'orders/{place}' }, 'http.path names place, which is an object'],
    [
      'made member is a number',
      { makes: 'count' },
      'takes no UUID of version 7, as is made for it: it is of type integer',
    ],
    [
      'made member is too short',
      { makes: 'code' },
      'http.makes names code, which takes no UUID of version 7',
    ],
    [
      'made member is another kind of id',
      { makes: 'old' },
      'http.makes names old, which takes no UUID of version 7',
    ],
    ['made member is refined', { makes: 'even' }, 'takes no UUID of version 7, as is made for it: never'],
    ['location names an optional member', { location: 'notes/{note}' }, 'which an input need not have'],
    ['location climbs', { location: '../{order}' }, 'is no path'],
    ['status is none of a success', { status: 404 }, 'http.status is 404'],
    ['status is one that nothing is answered with', { status: '201' }, 'http.status is 201'],
    [
      'answer has no body to be in',
      { status: 204, answer: () => 1 },
      'is answered with 204, which has no body',
    ],
  ])('%s', (_what, http, message) => {
    expect(joint(http)).toThrow(message);
  });

  it('subject is shown together with another answer', () => {
    const { change, ...commands } = orders.commands;
    const decider = (http: object): Servable =>
      ({ ...orders, commands: { ...commands, change: { ...change, http } } }) as never;
    expect(served([decider({ shows: true, many: true })])).toThrow('so it takes no arrays');
    expect(served([decider({ shows: true, status: 204 })])).toThrow('has no other answer');
    expect(served([decider({ path: 'x/{id}' })])).toThrow('http.path names id');
  });

  it('input lists no members', () => {
    const union = z.union([z.strictObject({ item: z.string() }), z.strictObject({ dish: z.string() })]);
    const { change, ...commands } = orders.commands;
    const decider = (schema: unknown, http: object): Servable =>
      ({ ...orders, commands: { ...commands, change: { ...change, input: schema, http } } }) as never;
    const message = "but its input's JSON schema lists no members (properties)";
    expect(served([decider(union, { path: 'items/{item}' })])).toThrow(message);
    expect(served([decider(z.record(z.string(), z.string()), { makes: 'item' })])).toThrow(message);
    expect(served([decider(z.string(), { location: 'items/{item}' })])).toThrow(message);
  });

  it('path has no effect, since it creates its subject', () => {
    const { open, ...commands } = orders.commands;
    const decider = (more: object, http: object): Servable =>
      ({
        ...orders,
        ...more,
        commands: { ...commands, open: { ...open, input: z.strictObject({ at: z.string() }), http } },
      }) as never;
    expect(served([decider({}, { path: 'opening/{at}' })])).toThrow('its body has the whole input');
    const ids = positionIds((text) => new Problem('not-found', 'none', 'None', text));
    expect(served([decider({ ids: { ...ids, parameter: 'id' } }, { path: 'opening' })])).toThrow(
      'has none of its own',
    );
    expect(served([decider({}, { path: 'opening' })])).not.toThrow();
  });
});
