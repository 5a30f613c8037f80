/** How long a state at a random position of a long log takes, asked over HTTP of a server with the snapshots of an earlier run. */
import { EVENTS, longLog } from './long-log.mjs';
import { start } from './served.mjs';

const POSITIONS = 20;
/** In milliseconds. */
const REACH = 100;

export async function measure() {
  const folder = await longLog();
  const first = await start(folder);
  console.error(`folded all of it in ${(first.milliseconds / 1000).toFixed(0)} s`);
  const stopping = performance.now();
  await first.stop(); // what was taken on the way is written by then
  console.error(`wrote the rest of its snapshots in ${((performance.now() - stopping) / 1000).toFixed(0)} s`);
  const server = await start(folder);
  try {
    await (await globalThis.fetch(`${server.url}/sum?at=${Math.floor(EVENTS / 2)}`)).text(); // the code is compiled by then
    const taken = [];
    for (let index = 0; index < POSITIONS; index += 1) {
      const position = 1 + Math.floor(Math.random() * EVENTS);
      const began = performance.now();
      const response = await globalThis.fetch(`${server.url}/sum?at=${position}`);
      const body = await response.json();
      taken.push(performance.now() - began);
      if (body.position !== position)
        throw new Error(`position ${position} was answered with ${response.status}`);
    }
    taken.sort((one, other) => one - other);
    const median = taken[POSITIONS / 2];
    const worst = taken.at(-1);
    const count = EVENTS.toLocaleString('en');
    return {
      work: `any state within ${count} events: worst of ${POSITIONS}`,
      ours: `${worst.toFixed(0)} ms`,
      beside: `${median.toFixed(0)} ms median`,
      ratio: '',
      reach: `${REACH} ms`,
    };
  } finally {
    await server.stop();
  }
}
