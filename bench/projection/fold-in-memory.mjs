/** How many events a second the product's fold takes in memory, beside one XState actor that is sent the same events. */
import { createActor } from 'xstate';
import { productIn, productMachine } from '../domain/product.mjs';
import { foldOf } from '../../dist/runtime/fold/fold.js';
import { rateOf } from '../rates.mjs';
import { numberEvents } from './numbers.mjs';

/** Few enough to stay in the processor's cache, for a fold takes events that were decoded just before. */
const EVENTS = 500;
/** So often a pass hands them over, to a state that has all of those before. */
const PAGES = 20;

function folded(fold, events) {
  let state = fold.initial;
  for (let page = 0; page < PAGES; page += 1) {
    for (const event of events) state = fold.step(state, event);
  }
  return state;
}

function sent(events) {
  const actor = createActor(productMachine).start();
  for (let page = 0; page < PAGES; page += 1) {
    for (const event of events) actor.send(event);
  }
  return actor.getSnapshot();
}

/** In turns, so that what slows the machine down slows both. */
export function measure({ rounds, seconds }) {
  const events = numberEvents(EVENTS);
  const fold = foldOf(productMachine);
  const ours = folded(fold, events);
  const theirs = sent(events);
  if (ours.value !== theirs.value || productIn(ours.context) !== productIn(theirs.context)) {
    throw new Error('the fold and the actor have come to different products');
  }
  const results = Array.from({ length: rounds }, () => ({
    beside: rateOf(EVENTS * PAGES, seconds, () => sent(events)),
    ours: rateOf(EVENTS * PAGES, seconds, () => folded(fold, events)),
  }));
  return {
    work: 'events folded in memory, product machine',
    results,
    beside: 'one XState actor, `send` of the same events',
    reach: 15,
  };
}
