/**
 * Where in a list one is, by where its element is scrolled to. Browsers have no elements of 400 million pixels, as ten million rows are;
 * so the element is lower than the list: near both ends and in small steps everything moves pixel by pixel, what lies between is scaled.
 */

/** Firefox cuts elements off at 17.8 million pixels, Chromium at 33 million. */
export const MAX_ELEMENT_HEIGHT = 8_000_000;
/** So much at each end is as high in the element as in the list. */
const EXACT_END = 1_000_000;
/** A step of fewer viewports is one of a wheel, a key or a finger; a larger one is of the scroll bar. */
const MAX_EXACT_STEP = 3;

export interface Scrolled {
  /** Pixels of the list above what is seen. */
  readonly offset: number;
  /** The same of the element. */
  readonly top: number;
}

export class ScrollMap {
  /** @param height of the whole list, in pixels */
  constructor(
    readonly height: number,
    readonly viewport: number,
  ) {}

  get elementHeight(): number {
    return Math.min(this.height, MAX_ELEMENT_HEIGHT);
  }

  get maxOffset(): number {
    return Math.max(0, this.height - this.viewport);
  }

  get #maxTop(): number {
    return Math.max(0, this.elementHeight - this.viewport);
  }

  /** Where a place in the list belongs in the element. */
  at(offset: number): Scrolled {
    const within = clamp(offset, this.maxOffset);
    const [most, mostTop] = [this.maxOffset, this.#maxTop];
    if (most === mostTop || within <= EXACT_END) return { offset: within, top: within };
    if (within >= most - EXACT_END) return { offset: within, top: mostTop - (most - within) };
    const part = (within - EXACT_END) / (most - 2 * EXACT_END);
    return { offset: within, top: EXACT_END + part * (mostTop - 2 * EXACT_END) };
  }

  /** What is seen after the element has been scrolled. */
  moved(from: Scrolled, top: number): Scrolled {
    const step = top - from.top;
    if (Math.abs(step) <= MAX_EXACT_STEP * this.viewport)
      return { offset: clamp(from.offset + step, this.maxOffset), top };
    return { offset: this.#offsetAt(top), top };
  }

  #offsetAt(top: number): number {
    const [most, mostTop] = [this.maxOffset, this.#maxTop];
    if (most === mostTop || top <= EXACT_END) return clamp(top, most);
    if (top >= mostTop - EXACT_END) return most - (mostTop - Math.min(top, mostTop));
    return EXACT_END + ((top - EXACT_END) / (mostTop - 2 * EXACT_END)) * (most - 2 * EXACT_END);
  }
}

export interface RowWindow {
  /** Index of the first row that is seen, from 0. */
  readonly first: number;
  /** Of the last; before the first where there is none. */
  readonly last: number;
}

/** The rows that are seen. @param around so many more on each side */
export function rowsSeen(
  { offset }: Pick<Scrolled, 'offset'>,
  { viewport, rowHeight, count }: { viewport: number; rowHeight: number; count: number },
  around = 0,
): RowWindow {
  return {
    first: Math.max(0, Math.floor(offset / rowHeight) - around),
    last: Math.min(count, Math.ceil((offset + viewport) / rowHeight) + around) - 1,
  };
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(0, value), most);
}
