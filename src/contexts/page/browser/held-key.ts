/** The key that was typed in: stored for as long as the tab is open, and held here where the browser lets nothing be stored. */
const NAME = 'leftfold-key';

export class HeldKey {
  #value = stored();

  get value(): string | undefined {
    return this.#value;
  }

  hold(value: string): void {
    this.#value = value;
    try {
      sessionStorage.setItem(NAME, value);
    } catch {
      // Then it is typed in again after the page is loaded anew.
    }
  }
}

/** Where storage is forbidden, even to ask for it throws. */
function stored(): string | undefined {
  try {
    return sessionStorage.getItem(NAME) ?? undefined;
  } catch {
    return undefined;
  }
}
