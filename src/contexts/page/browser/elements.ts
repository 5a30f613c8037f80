/** Finds and makes elements. Text is always set as text, so that nothing of an event can be markup. */

/** @throws Error when the page has none of this class */
export function element<Of extends HTMLElement = HTMLElement>(
  selector: string,
  type: abstract new () => Of,
  within: ParentNode = document,
): Of {
  const found = within.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${selector} that is ${type.name}`);
}

export function made(name: string, className: string, text = ''): HTMLElement {
  const created = document.createElement(name);
  created.className = className;
  created.textContent = text;
  return created;
}

/** A long number by its ends, and how long it is. */
export function shortened(digits: string, most = 40): string {
  if (digits.length <= most) return digits;
  const kept = Math.floor(most / 2) - 4;
  const length = digits.replace('-', '').length;
  return `${digits.slice(0, kept)}…${digits.slice(-kept)} (${length.toLocaleString('en')} digits)`;
}
