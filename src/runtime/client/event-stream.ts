/** Reads server-sent events from a response (HTML, 9.2.6: "Interpreting an event stream"); EventSource cannot send headers. */

export interface StreamMessage {
  readonly event: string;
  readonly data: string;
}

export interface StreamState {
  /** What a reconnection sends as `Last-Event-ID`. */
  lastId: string | undefined;
  /** How long the server wants clients to wait before they reconnect. */
  retryMs: number | undefined;
}

/** Characters of one message; a server that sends more is none of ours. */
const MAX_MESSAGE_LENGTH = 64 * 1024 * 1024;

/**
 * Sets the state before it yields the message that set it.
 *
 * @param onBytes called whenever anything arrives, heartbeats included
 */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
  state: StreamState,
  onBytes: () => void = () => undefined,
): AsyncGenerator<StreamMessage> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  let endsInCr = false;
  let fields = noFields(state.lastId);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return; // what is not ended by an empty line is not dispatched
      onBytes();
      const text = decoder.decode(value, { stream: true });
      const hasLine = endsInCr || /[\r\n]/.test(text);
      endsInCr = text.endsWith('\r');
      rest += text;
      if (!hasLine && rest.length <= MAX_MESSAGE_LENGTH) continue; // a long line is looked through once
      // A CR at the end may be the first half of CRLF.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      if (rest.length + fields.length > MAX_MESSAGE_LENGTH)
        throw new Error('a message of the event stream is too long');
      for (const line of lines) {
        if (line !== '') {
          take(line, fields, state);
          continue;
        }
        const { event, data, id } = fields;
        state.lastId = id;
        fields = noFields(id);
        if (data.length > 0) yield { event, data: data.join('\n') };
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined); // it may have failed already
  }
}

interface Fields {
  event: string;
  data: string[];
  id: string | undefined;
  length: number;
}

function noFields(id: string | undefined): Fields {
  return { event: 'message', data: [], id, length: 0 };
}

function take(line: string, fields: Fields, state: StreamState): void {
  fields.length += line.length;
  const colon = line.indexOf(':');
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (name === 'event') fields.event = value;
  else if (name === 'data') fields.data.push(value);
  else if (name === 'id' && !value.includes('\0')) fields.id = value;
  else if (name === 'retry' && /^\d+$/.test(value)) state.retryMs = Number(value);
}
