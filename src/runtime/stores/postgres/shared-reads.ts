/** One read for all who ask for the same at the same time, so that a thousand callers are no thousand queries. */

/**
 * A caller never gets what was read before it asked: it joins the read that begins when the one in progress has ended. So at most one
 * is in progress and one waits, however many ask.
 */
export class SharedReads<Result> {
  #current: Promise<Result> | undefined;
  #next: Promise<Result> | undefined;

  constructor(private readonly readOnce: () => Promise<Result>) {}

  /** @throws what the read throws, to each who shares it */
  read(): Promise<Result> {
    if (this.#next !== undefined) return this.#next;
    if (this.#current === undefined) return this.#begin();
    this.#next = this.#current.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    return this.#next;
  }

  #begin(): Promise<Result> {
    this.#next = undefined;
    const current = this.readOnce();
    this.#current = current;
    const over = (): void => {
      if (this.#current === current) this.#current = undefined;
    };
    current.then(over, over);
    return current;
  }
}
