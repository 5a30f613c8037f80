/** An error is answered from memory: a store that is slow or away does not delay it. */
import { jest } from '@jest/globals';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { EventStore } from '../../src/runtime/event-log/event-store.js';
import { add } from '../support/amounts.js';
import { problemOf } from '../support/api.js';
import { startForeign } from '../support/foreign-application.js';

it('carries the highest position that was seen, without asking the store', async () => {
  const { app, url } = await startForeign('fastify', { http: { events: true } });
  await add(app.get(EventLog), 5, 6);
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const store = app.get(EventStore);
  const head = store.head.bind(store);
  jest.spyOn(store, 'head').mockImplementation(() => answered.then(head));
  const response = await fetch(`${url}/events?limit=x`);
  expect(response.headers.get('leftfold-position')).toBe('2');
  await problemOf(response, 400);
  answer();
  await app.close();
});
