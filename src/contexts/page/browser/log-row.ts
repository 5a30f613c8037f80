/** One row of the log. It is made once and changed in place, so that whoever is at its button stays there. */
import { made, shortened } from './elements.js';

export interface RecordedNumber {
  readonly number: number;
  readonly value: string;
}

export interface ShownEvent {
  /** Undefined while it is not recorded. */
  readonly position?: number;
  readonly type: string;
  readonly data: unknown;
  readonly isRetracted?: boolean;
}

export class LogRow {
  readonly element = made('li', '');
  readonly #position = made('span', 'position');
  readonly #what = made('span', 'what');
  readonly #pending = made('span', 'quiet', 'pending');
  readonly #button = made('button', '', 'Retract');
  #shown = '';
  #number: RecordedNumber | undefined;

  constructor(retract: (number: RecordedNumber) => void) {
    this.#button.setAttribute('type', 'button');
    this.#button.addEventListener('click', () => {
      if (this.#number !== undefined) retract(this.#number);
    });
    this.element.append(this.#position, this.#what);
  }

  show(event: ShownEvent): void {
    const { position, isRetracted = false } = event;
    this.#position.textContent = position === undefined ? '…' : `#${position}`;
    const settled = isRetracted ? 'retracted' : 'recorded';
    this.element.dataset['status'] = position === undefined ? 'pending' : settled;
    this.#showWhat(event);
    place(this.element, this.#pending, position === undefined);
    this.#showButton(event);
  }

  #showWhat({ type, data }: ShownEvent): void {
    // Not written again where it is the same: a text that somebody selects stays selected.
    const shown = JSON.stringify([type, data]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { value, number, reason } = data as Partial<RecordedNumber & { reason: string }>;
    if (type === 'number.recorded')
      this.#what.replaceChildren(made('span', 'number', shortened(String(value))), ' was recorded');
    else if (type === 'number.retracted')
      this.#what.textContent = `#${String(number)} was retracted: ${String(reason)}`;
    else this.#what.textContent = type;
  }

  #showButton({ position, type, data, isRetracted = false }: ShownEvent): void {
    const isOffered = position !== undefined && type === 'number.recorded' && !isRetracted;
    this.#number = isOffered ? { number: position, value: (data as RecordedNumber).value } : undefined;
    if (isOffered) {
      this.#button.setAttribute('aria-label', `Retract #${position}`);
      this.#button.dataset['number'] = String(position);
    }
    place(this.element, this.#button, isOffered);
  }
}

/** Appended once, since to append it again would take the focus from it. */
function place(parent: HTMLElement, child: HTMLElement, isThere: boolean): void {
  if (!isThere) child.remove();
  else if (child.parentElement !== parent) parent.append(child);
}
