/** How commands answer where they do not answer as usual, on both platforms: what is made, shown, located or not there. */
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { requestFingerprint } from '../../src/runtime/event-log/commits/request-fingerprint.js';
import { EventLog, commitId, load } from '../../src/runtime/index.js';
import { label, ofShelf, shelves, slotFilled } from '../support/app/shelves.js';
import { serveDishes, type Answered, type ServedDishes } from '../support/app/dishes.js';

describe.each([
  ['Fastify', () => new FastifyAdapter()],
  ['Express', () => new ExpressAdapter()],
])('commands on %s', (_name, adapter) => {
  let served: ServedDishes;

  beforeAll(async () => {
    served = await serveDishes(adapter(), [shelves, label]);
    await send('dishes', { id: 'soup' });
    await send('orders', { id: 'o' });
    for (const id of ['s', 'broken']) await send('shelves', { id });
  });
  afterAll(() => served.app.close());

  const send: ServedDishes['send'] = (...request) => served.send(...request);
  const put = (item: string): Promise<Answered> =>
    send('orders/o/items', { item, dish: 'soup', quantity: 1 });

  it('answer a retry with the id that was made first, and refuse another body under its key', async () => {
    const keyed = (quantity: number) =>
      send('orders/o/items', { dish: 'soup', quantity }, { 'idempotency-key': 'made-once' });
    const first = await keyed(3);
    expect(await keyed(3)).toEqual(first);
    expect((await keyed(4)).status).toBe(422);
    const other = await send(
      'orders/p/items',
      { dish: 'soup', quantity: 3 },
      { 'idempotency-key': 'made-once' },
    );
    expect(other.status).toBe(422);
  });

  it('answer with their subject as this commit has made it, also to a retry', async () => {
    await put('changed');
    const change = (quantity: number, key: string) =>
      send('orders/o/items/changed/quantity', { quantity }, { 'idempotency-key': key });
    const first = await change(5, 'first');
    expect(first).toMatchObject({ status: 200, location: '/api/orders/o/items/changed' });
    expect(first.body).toMatchObject({ id: 'o', state: 'open', items: { changed: 5 } });
    expect((await change(6, 'second')).body).toMatchObject({ items: { changed: 6 } });
    expect(await change(5, 'first')).toEqual(first);
    const opened = await send('orders', { id: 'shown' });
    expect(opened).toMatchObject({ status: 201, body: { id: 'shown', state: 'open', items: {} } });
  });

  it('answer without a body where they say 204', async () => {
    expect(await send('dishes', { id: 'bread' })).toMatchObject({
      status: 204,
      text: '',
      location: '/api/dishes/bread',
    });
  });

  it('answer a retry whatever the schema makes of its input', async () => {
    const keyed = (body: unknown) => send('shelves/s/labels', body, { 'idempotency-key': 'labelled' });
    const first = await keyed({});
    expect(first.status).toBe(201);
    expect(first.location).toMatch(/^\/api\/labels\/.{36}$/);
    expect(first.body).toEqual({ slot: `L${first.location.slice('/api/labels/'.length)}` });
    expect(await keyed({})).toEqual(first);
    expect((await keyed({ nonce: 'x' })).status).toBe(422);
    const many = (body: unknown) => send('shelves/s/labels', body, { 'idempotency-key': 'both' });
    expect(await many([{}, {}])).toEqual(await many([{}, {}]));
  });

  it('answer a retry under a key that was recorded with a digest of what the schema had made', async () => {
    const input = { shelf: 's', nonce: 'n', slot: 'Lb' };
    const fingerprint = requestFingerprint({
      command: 'label.label',
      ids: [null],
      inputs: [input],
      many: false,
    });
    const { last } = await served.app
      .get(EventLog)
      .append([slotFilled.create({ slot: 'Lb', weight: 1 }, [ofShelf('s')])], {
        commitId: commitId('key:before'),
        fingerprint,
      });
    const keyed = (label: string) =>
      send('shelves/s/labels', { label, nonce: 'n' }, { 'idempotency-key': 'before' });
    expect(await keyed('b')).toMatchObject({ status: 201, position: last, location: '/api/labels/b' });
    expect((await keyed('c')).status).toBe(422);
  });

  it.each(['', '.', '..', 'a/b', '../b', '\\', 'x'.repeat(101)])(
    'locate what was recorded where a member cannot be a part of a URL: %j',
    async (text) => {
      const { status, location, position } = await send('shelves/s/labels', { label: text });
      expect([status, location]).toEqual([201, `/api/events?after=${position - 1}&limit=1`]);
    },
  );

  it('refuse a client that takes no JSON, and record nothing', async () => {
    const accept = { accept: 'text/csv' };
    const before = await served.app.get(EventLog).head();
    for (const [path, body] of [
      ['shelves', {}],
      ['shelves/s/slots/a', {}],
      ['shelves/s/labels', {}],
    ] as const)
      expect(await send(path, body, accept)).toMatchObject({
        status: 406,
        body: { type: 'urn:leftfold:problem:not-acceptable', errors: [{ header: 'Accept' }] },
      });
    expect((await fetch(`${served.url}/shelves/s`, { headers: accept })).status).toBe(406);
    expect(await served.app.get(EventLog).head()).toBe(before);
    expect((await send('dishes', { id: 'cake' }, accept)).status).toBe(204);
    expect((await send('shelves/s/slots/a', {}, { accept: 'text/csv, application/*' })).status).toBe(201);
  });

  it('name the event that a subject cannot be folded past, and log it once', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const recorded = await send('shelves/broken/slots/a/weights/1e7', {});
    const { position } = recorded;
    const problem = {
      type: 'urn:leftfold:problem:event-cannot-be-folded',
      position,
      event: 'slot.filled',
      decider: 'shelf',
      tags: ['shelf:broken'],
    };
    expect(recorded).toMatchObject({ status: 503, body: problem });
    expect(recorded.body['detail']).toContain(`was recorded, at position ${position}`);
    for (const [path, body] of [
      ['shelves/broken/slots/a', {}],
      ['shelves/broken/slots/a', [{}, {}]],
      ['shelves/broken/labels', {}],
    ] as const)
      expect(await send(path, body)).toMatchObject({ status: 503, body: problem });
    const shown = await fetch(`${served.url}/shelves/broken`);
    expect([shown.status, await shown.json()]).toMatchObject([503, problem]);
    expect(logged).toHaveBeenCalledTimes(1);
    expect(String(logged.mock.calls[0]?.[1])).toContain('the shelf breaks');
    expect(recorded.text).not.toContain('the shelf breaks');
    logged.mockRestore();
    expect((await send('shelves/s/slots/a', {})).status).toBe(201);
    await expect(load(served.app.get(EventLog), shelves, 'broken')).rejects.toMatchObject({
      event: { position, type: 'slot.filled' },
      subject: { decider: 'shelf' },
      cause: new RangeError('the shelf breaks'),
    });
  });
});
