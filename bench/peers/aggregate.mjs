/**
 * A peer's fold, in a process of its own: V8's type feedback from its events must not slow down Leftfold's fold, nor the other way
 * round. Reports its rate and its product on request, and ends when its parent does.
 */
import { productIn, productMachine } from '../domain/product.mjs';
import { foldOf } from '../../dist/runtime/fold/fold.js';
import { numberEvents } from '../projection/numbers.mjs';
import { open } from './emmett-sqlite.mjs';

const { folder, stream, batch } = JSON.parse(process.argv[2]);
process.once('disconnect', () => process.exit(1));

const events = numberEvents(stream).map(({ type, data }) => ({ type, data }));
const fold = foldOf(productMachine);
const store = await open({ folder });
for (let start = 0; start < stream; start += batch) {
  await store.appendMany(events.slice(start, start + batch), 'numbers');
}
const aggregated = () => store.aggregate('numbers', fold.initial, fold.step);

process.on('message', async () => {
  const began = performance.now();
  const state = await aggregated();
  const rate = (stream / (performance.now() - began)) * 1000;
  process.send({ rate, product: String(productIn(state.context)) });
});
process.send('ready');
