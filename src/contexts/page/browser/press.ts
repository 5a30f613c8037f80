/** Whether a mouse or a finger is down on something that must not move meanwhile. */

/** A finger's click comes somewhat after it is lifted, a mouse's at once. */
const CLICK_MS = 100;

export class Press {
  #isPressed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param released called when the click, if there is one, has been handled */
  constructor(
    target: HTMLElement,
    private readonly released: () => void,
  ) {
    target.addEventListener('pointerdown', ({ button }) => {
      // Other buttons open menus, which may swallow the release.
      if (button !== 0) return;
      clearTimeout(this.#timer);
      this.#isPressed = true;
    });
    for (const end of ['pointerup', 'pointercancel'])
      document.addEventListener(end, () => {
        this.#end();
      });
    window.addEventListener('blur', () => {
      this.#end();
    });
  }

  get isPressed(): boolean {
    return this.#isPressed;
  }

  #end(): void {
    if (!this.#isPressed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isPressed = false;
      this.released();
    }, CLICK_MS);
  }
}
