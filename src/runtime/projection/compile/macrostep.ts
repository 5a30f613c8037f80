/**
 * Everything that one event brings about: the transitions that it enables, then eventless ones before raised events,
 * until the states rest or the machine is done.
 */
import type { FoldEvent, FoldState } from '../fold-state.js';
import { Args, type Action, type Active, type Chart, type Raising } from './chart.js';
import type { Configuration, Microstep } from './configuration.js';

export class Macrostep implements Raising {
  /** Made when it is needed, which is seldom. */
  #raised: FoldEvent[] | undefined;
  #at: Configuration;
  /** The context as it is now, and the event that was taken last. */
  #args: Args;

  constructor(at: Configuration, args: Args) {
    this.#at = at;
    this.#args = args;
  }

  get state(): FoldState {
    return { value: this.#at.value, context: this.#args.context };
  }

  raise(event: FoldEvent): void {
    this.#raised ??= [];
    this.#raised.push(event);
  }

  /** Carries out what enters the machine. @param before what is active until that is done */
  start(actions: readonly Action[], before: Active, chart: Chart): void {
    this.#carryOut(actions, before);
    this.#settle(chart);
  }

  /** A machine that is done still takes events, but nothing follows on them: so XState has it. */
  take(chart: Chart): void {
    const { isDone } = this.#at;
    this.#go(this.#at.on(this.#args));
    if (!isDone && (this.#at.isRestless || this.#raised !== undefined)) this.#settle(chart);
  }

  /** @throws Error when it never comes to rest */
  #settle({ id, mostMicrosteps }: Chart): void {
    let isIdle = false;
    for (let count = 0; !this.#at.isDone; count += 1) {
      if (count >= mostMicrosteps) {
        throw new Error(`machine ${id} does not come to rest: ${count} microsteps followed on one event`);
      }
      const eventless: Microstep | undefined = isIdle ? undefined : this.#at.eventless(this.#args);
      if (eventless !== undefined) {
        // One that changes nothing would be taken for ever.
        isIdle = !this.#go(eventless);
        continue;
      }
      const event = this.#raised?.shift();
      if (event === undefined) return;
      this.#args = new Args(this.#args.context, event);
      this.#go(this.#at.on(this.#args));
      isIdle = false;
    }
  }

  /** @returns whether anything has changed */
  #go(microstep: Microstep | undefined): boolean {
    if (microstep === undefined) return false;
    const at = this.#at;
    const { context } = this.#args;
    this.#carryOut(microstep.actions, at);
    this.#at = microstep.to;
    return this.#at !== at || this.#args.context !== context;
  }

  #carryOut(actions: readonly Action[], active: Active): void {
    for (const action of actions) {
      const { context, event } = this.#args;
      const next = action(this.#args, active, this);
      if (next !== context) this.#args = new Args(next, event);
    }
  }
}
