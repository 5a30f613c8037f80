/** The two states, as they are shown: now, with what is pending, or as they were. */
import type { OptimisticState } from '../../../runtime/client/optimistic/index.js';
import { element, shortened } from './elements.js';

/** What both projections answer with. */
export interface ShownView {
  readonly value?: unknown;
  readonly approximate?: unknown;
  readonly digits?: unknown;
  readonly state?: unknown;
  readonly count?: unknown;
}

export class Card {
  readonly #element: HTMLElement;
  readonly #value: HTMLElement;
  readonly #about: HTMLElement;
  #now: OptimisticState<ShownView> | undefined;
  #isPast = false;

  constructor(id: string) {
    this.#element = element(`#${id}`, HTMLElement);
    this.#value = element('.value', HTMLElement, this.#element);
    this.#about = element('.about', HTMLElement, this.#element);
  }

  showNow(state: OptimisticState<ShownView>): void {
    this.#now = state;
    if (this.#isPast) return;
    const isPending = state.pending.length > 0;
    this.#show(
      state.view,
      isPending ? 'pending' : 'recorded',
      isPending ? 'pending' : `at ${state.position}`,
    );
  }

  showPast(view: ShownView, position: number): void {
    this.#isPast = true;
    this.#show(view, 'past', `as of ${position}`);
  }

  backToNow(): void {
    this.#isPast = false;
    if (this.#now !== undefined) this.showNow(this.#now);
  }

  #show(view: ShownView, status: string, when: string): void {
    const { value, approximate, digits, state, count } = view;
    const text =
      typeof value === 'string' ? shortened(value) : `${String(approximate)} (${String(digits)} digits)`;
    // Not written again where it is the same, so that it is not read out again.
    if (this.#value.textContent !== text) this.#value.textContent = text;
    this.#about.textContent = `${String(state)}, of ${String(count)} numbers, ${when}`;
    this.#element.dataset['status'] = status;
  }
}
