/** How messages are written as server-sent events (HTML, 9.2.5: "Parsing an event stream"). */
import type { PushMessage } from './push-source.js';

/** A comment: it keeps proxies from closing an idle connection, and finds clients that are gone. */
export const HEARTBEAT = ':\n\n';

/** Of messages that go to many clients: written once. */
const written = new WeakMap<PushMessage, Buffer>();

/** JSON has no line breaks, so one `data:` line holds it. A message without data sets the client's `Last-Event-ID` and is not dispatched. */
export function frameOf({ id, data, event }: PushMessage): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return data === undefined ? `id: ${id}\n\n` : `${name}id: ${id}\ndata: ${data}\n\n`;
}

export function bytesOf(messages: readonly PushMessage[]): Buffer {
  const [only] = messages;
  if (only === undefined || messages.length > 1) return Buffer.from(messages.map(frameOf).join(''));
  const known = written.get(only);
  if (known !== undefined) return known;
  const bytes = Buffer.from(frameOf(only));
  written.set(only, bytes);
  return bytes;
}
