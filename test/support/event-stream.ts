/** A client of server-sent events, which reads a stream as an EventSource would, and tells what it has got. */
import { get, type IncomingMessage } from 'node:http';

export interface Received {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

export class StreamClient {
  readonly messages: Received[] = [];
  readonly comments: string[] = [];
  /** What an EventSource would send as `Last-Event-ID`. */
  lastEventId: string | undefined;
  retryMs: number | undefined;
  isOver = false;
  #rest = '';

  private constructor(readonly response: IncomingMessage) {}

  /** Resolves once the headers are there. It reads at once, unless it is told not to. */
  static open(
    url: string,
    { headers = {}, reads = true }: { readonly headers?: object; readonly reads?: boolean } = {},
  ): Promise<StreamClient> {
    return new Promise((resolve, reject) => {
      const request = get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false });
      request.once('error', reject);
      request.once('response', (response) => {
        request.on('error', () => undefined);
        const client = new StreamClient(response);
        response.setEncoding('utf8').on('error', () => undefined);
        response.once('close', () => {
          client.isOver = true;
        });
        if (reads) client.read();
        resolve(client);
      });
    });
  }

  read(): void {
    this.response.on('data', (part: string) => {
      const blocks = (this.#rest + part).split('\n\n');
      this.#rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    });
  }

  close(): void {
    this.response.destroy();
  }

  get events(): readonly Received[] {
    return this.messages.filter(({ event }) => event === 'message');
  }

  get ids(): readonly (string | undefined)[] {
    return this.events.map(({ id }) => id);
  }

  /** Why the server has ended it. */
  get reason(): string | undefined {
    const end = this.messages.find(({ event }) => event === 'end');
    return end && (JSON.parse(end.data) as { readonly reason: string }).reason;
  }

  #take(block: string): void {
    let event = 'message';
    const data: string[] = [];
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      const [name, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
      if (name === '') this.comments.push(value);
      if (name === 'event') event = value;
      if (name === 'data') data.push(value);
      if (name === 'id') this.lastEventId = value;
      if (name === 'retry') this.retryMs = Number(value);
    }
    if (data.length > 0) this.messages.push({ id: this.lastEventId, event, data: data.join('\n') });
  }
}
