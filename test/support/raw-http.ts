/** Sends bytes to a server as they are, for requests that no client would send. */
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** In lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends one request, with `Connection: close` if it has no other, and resolves once the connection has ended. */
export async function sendRaw(url: string, head: string, body: string | Buffer = ''): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const bytes = Buffer.from(body as string);
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('error', reject);
    socket.once('close', () => {
      resolve();
    });
    const length = bytes.length > 0 ? `Content-Length: ${bytes.length}\r\n` : '';
    const lines = head.replaceAll('\n', '\r\n');
    socket.write(
      Buffer.concat([Buffer.from(`${lines}\r\n${length}Connection: close\r\n\r\n`, 'latin1'), bytes]),
    );
  });
  return answerIn(Buffer.concat(chunks).toString());
}

function answerIn(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { status: Number(statusLine.split(' ')[1]), headers: new Map(headers), body: rest.join('\r\n\r\n') };
}
