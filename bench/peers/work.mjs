/**
 * Measures a peer in a process of its own: single appends with a number in flight for a given time, then catch-up over the
 * appended events. Sends its figures to its parent process, and ends when the parent does.
 */
const { peer, folder, postgresUrl, inFlight, seconds, catchUp: catchesUp } = JSON.parse(process.argv[2]);
process.once('disconnect', () => process.exit(1));

const event = {
  type: 'payment.received',
  tags: ['account:101504'],
  data: { account: '101504', amount: 55648, currency: 'EUR', reference: 'INV-2026-0001504' },
};

const { name, open } = await import(`./${peer}.mjs`);
const store = await open({ folder, postgresUrl });

/** Each appender has a stream of its own, so that none waits for another or conflicts with it. */
async function append(forSeconds) {
  let appended = 0;
  const failures = {};
  const began = performance.now();
  const appender = async (_, index) => {
    while (performance.now() < began + forSeconds * 1000) {
      try {
        await store.appendOne(event, `payment-${index}`);
        appended += 1;
      } catch ({ message }) {
        failures[message] = (failures[message] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, appender));
  return { appended, failures, rate: (appended * 1000) / (performance.now() - began) };
}

/** The time counts to the last event: the consumer may wait some more before it ends. */
async function catchUp(until, pulling) {
  let handled = 0;
  const began = performance.now();
  let lastAt = began;
  const onEvents = (count) => {
    handled += count;
    lastAt = performance.now();
  };
  await store.readAllByCatchUp(onEvents, until, pulling);
  return { handled, missed: until - handled, rate: (handled * 1000) / (lastAt - began) };
}

const warmUp = await append(1);
const figures = { name, appends: await append(seconds) };
if (catchesUp && store.readAllByCatchUp !== undefined) {
  const all = warmUp.appended + figures.appends.appended;
  figures.catchUp = await catchUp(all);
  figures.catchUpTuned = await catchUp(all, { batchSize: 1000, pullingFrequencyInMs: 0 });
}
await store.close();
process.send(figures, () => process.exit(0));
