/** A slider through the past: the states as they were after each position of the log. */
import { element } from './elements.js';

export class PastSlider {
  readonly #slider = element('#position', HTMLInputElement);
  readonly #at = element('#at', HTMLElement);
  readonly #back = element('#now', HTMLButtonElement);
  #isNow = true;

  /** @param show called with a position, or with undefined for now */
  constructor(private readonly show: (position: number | undefined) => void) {
    this.#slider.addEventListener('input', () => {
      this.#move(Number(this.#slider.value));
    });
    this.#back.addEventListener('click', () => {
      this.#move(Number(this.#slider.max));
      this.#slider.focus();
    });
  }

  /** The log has grown. Who looks at now goes on doing so. */
  extend(head: number): void {
    this.#slider.max = String(head);
    if (this.#isNow) this.#slider.value = String(head);
  }

  #move(position: number): void {
    const head = Number(this.#slider.max);
    this.#isNow = position >= head;
    this.#slider.value = String(position);
    this.#at.textContent = this.#isNow ? 'now' : String(position);
    this.#back.disabled = this.#isNow;
    this.show(this.#isNow ? undefined : position);
  }
}
