/**
 * All microsteps that follow one event (SCXML's macrostep): the transitions that it enables, then eventless transitions before
 * raised events, until none is left or the machine is done.
 */
import type { FoldEvent, StateValue } from '../fold-state.js';
import {
  Args,
  runActions,
  type Action,
  type Active,
  type Chart,
  type Context,
  type RaiseQueue,
} from './chart.js';
import type { Configuration, Microstep } from './configuration.js';

export class Macrostep implements RaiseQueue {
  /** Created on the first raise: most events raise nothing. */
  #raised: FoldEvent[] | undefined;
  #at: Configuration;
  #context: Context;
  /** The event that was taken last. */
  #event: FoldEvent;

  constructor(at: Configuration, context: Context, event: FoldEvent) {
    this.#at = at;
    this.#context = context;
    this.#event = event;
  }

  get value(): StateValue {
    return this.#at.value;
  }

  get context(): Context {
    return this.#context;
  }

  raise(event: FoldEvent): void {
    this.#raised ??= [];
    this.#raised.push(event);
  }

  /** Runs the actions that enter the machine. @param before what is active meanwhile */
  start(actions: readonly Action[], before: Active, chart: Chart): void {
    this.#context = runActions(actions, this.#args(), before, this);
    this.#settle(chart);
  }

  /** As in XState, a machine that is done still takes events, but no eventless transitions or raised events follow. */
  take(microstep: Microstep | undefined, chart: Chart): void {
    const { isDone } = this.#at;
    this.#apply(microstep);
    if (!isDone && (this.#at.hasEventless || this.#raised !== undefined)) this.#settle(chart);
  }

  /** @throws Error after the maximum of microsteps */
  #settle({ id, maxMicrosteps: maxMicrosteps }: Chart): void {
    let isIdle = false;
    for (let count = 0; !this.#at.isDone; count += 1) {
      if (count >= maxMicrosteps) {
        throw new Error(`machine ${id} does not come to rest: ${count} microsteps followed on one event`);
      }
      const eventless: Microstep | undefined = isIdle ? undefined : this.#at.eventless(this.#args());
      if (eventless !== undefined) {
        // One that changes nothing would be enabled again, without end.
        isIdle = !this.#apply(eventless);
        continue;
      }
      const event = this.#raised?.shift();
      if (event === undefined) return;
      this.#event = event;
      this.#apply(this.#at.microstepFor(this.#args()));
      isIdle = false;
    }
  }

  #args(): Args {
    return new Args(this.#context, this.#event);
  }

  /** @returns whether anything has changed */
  #apply(microstep: Microstep | undefined): boolean {
    if (microstep === undefined) return false;
    const at = this.#at;
    const context = this.#context;
    this.#context = runActions(microstep.actions, this.#args(), at, this);
    this.#at = microstep.to;
    return this.#at !== at || this.#context !== context;
  }
}
