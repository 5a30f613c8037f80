/** Which headers of an answer can be sent: Node throws at a name or a value that HTTP does not allow, and the client would get no answer at all. */
import { validateHeaderName, validateHeaderValue } from 'node:http';

type HeaderValue = number | string | readonly string[] | undefined;

function isSendable(name: string, value: HeaderValue): boolean {
  try {
    validateHeaderName(name);
    for (const each of [value].flat()) validateHeaderValue(name, String(each ?? ''));
    return true;
  } catch {
    return false;
  }
}

/** @returns names of those that cannot be sent */
export function unsendableIn(headers: Readonly<Record<string, HeaderValue>>): readonly string[] {
  return Object.entries(headers)
    .filter(([name, value]) => value !== undefined && !isSendable(name, value))
    .map(([name]) => name);
}
