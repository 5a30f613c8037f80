/** A program of the hello world as it was first written: it hears of numbers on a port of its own. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What it does with a request that it has read. The first programs never answer. */
export type Habit = (request: IncomingMessage, response: ServerResponse) => void;

export const NEVER_ANSWERS: Habit = () => undefined;

export class Subscriber {
  readonly heard: unknown[] = [];
  readonly #sockets = new Set<Socket>();
  /** The most connections that it had at once. */
  mostSockets = 0;

  private constructor(private readonly server: HttpServer) {}

  static async start(habit: Habit = NEVER_ANSWERS): Promise<Subscriber> {
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.once('end', () => {
        subscriber.heard.push([`${request.method ?? ''} ${request.url ?? ''}`, JSON.parse(body)]);
        response.on('error', () => undefined);
        habit(request, response);
      });
    });
    const subscriber = new Subscriber(server);
    server.on('connection', (socket) => {
      subscriber.#sockets.add(socket);
      subscriber.mostSockets = Math.max(subscriber.mostSockets, subscriber.#sockets.size);
      socket.once('close', () => subscriber.#sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return subscriber;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
