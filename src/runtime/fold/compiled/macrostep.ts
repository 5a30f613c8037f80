/**
 * Everything that one event brings about: the transitions that it enables, then eventless ones before raised events,
 * until the states rest or the machine is done.
 */
import type { FoldEvent, StateValue } from '../fold-state.js';
import { Args, carryOut, type Action, type Active, type Chart, type Context, type Raising } from './chart.js';
import type { Configuration, Microstep } from './configuration.js';

export class Macrostep implements Raising {
  /** Made when it is needed, which is seldom. */
  #raised: FoldEvent[] | undefined;
  #at: Configuration;
  #context: Context;
  /** The one that was taken last. */
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

  /** Carries out what enters the machine. @param before what is active until that is done */
  start(actions: readonly Action[], before: Active, chart: Chart): void {
    this.#context = carryOut(actions, this.#args(), before, this);
    this.#settle(chart);
  }

  /** A machine that is done still takes events, but nothing follows on them: so XState has it. */
  take(microstep: Microstep | undefined, chart: Chart): void {
    const { isDone } = this.#at;
    this.#go(microstep);
    if (!isDone && (this.#at.isRestless || this.#raised !== undefined)) this.#settle(chart);
  }

  /** @throws Error when it never comes to rest */
  #settle({ id, mostMicrosteps }: Chart): void {
    let isIdle = false;
    for (let count = 0; !this.#at.isDone; count += 1) {
      if (count >= mostMicrosteps) {
        throw new Error(`machine ${id} does not come to rest: ${count} microsteps followed on one event`);
      }
      const eventless: Microstep | undefined = isIdle ? undefined : this.#at.eventless(this.#args());
      if (eventless !== undefined) {
        // One that changes nothing would be taken for ever.
        isIdle = !this.#go(eventless);
        continue;
      }
      const event = this.#raised?.shift();
      if (event === undefined) return;
      this.#event = event;
      this.#go(this.#at.on(this.#args()));
      isIdle = false;
    }
  }

  #args(): Args {
    return new Args(this.#context, this.#event);
  }

  /** @returns whether anything has changed */
  #go(microstep: Microstep | undefined): boolean {
    if (microstep === undefined) return false;
    const at = this.#at;
    const context = this.#context;
    this.#context = carryOut(microstep.actions, this.#args(), at, this);
    this.#at = microstep.to;
    return this.#at !== at || this.#context !== context;
  }
}
