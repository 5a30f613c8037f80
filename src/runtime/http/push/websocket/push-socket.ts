/** One WebSocket: what its client asks for is begun and ended, and what waits for it is bounded. */
import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import { callerOf, requireOf } from '../../../access/caller.js';
import { faultsOf } from '../../kernel/json-faults.js';
import type { HttpRequest } from '../../kernel/exchange.js';
import { requireDecodableUrl } from '../../kernel/parameters.js';
import type { Problem } from '../../kernel/problem.js';
import { documentOf } from '../../kernel/problem-document.js';
import { Liveness, closeOrCut } from '../../sockets/liveness.js';
import { PushConnection } from '../push-connection.js';
import type { EndReason } from '../push-source.js';
import type { PushStreams } from '../push-streams.js';
import {
  CLIENT_MESSAGE,
  InvalidMessage,
  NoSuchStream,
  NoSuchSubscription,
  ServedElsewhere,
  SubscriptionExists,
  TooManySubscriptions,
  type ClientMessage,
  type ServerMessage,
} from './push-messages.js';
import { SubscriptionChannel, type SharedSocket } from './subscription-channel.js';

/** Once so much waits for a client, subscriptions wait. */
const HIGH_WATER_BYTES = 64 * 1024;

/** Answers and pongs that a client has asked for and does not read. */
const MAX_REPLY_BYTES = 256 * 1024;

export interface PushSocketOptions {
  readonly streams: PushStreams;
  /** Where a path of the runtime is served. */
  readonly linkTo: (path: string) => string;
  readonly maxSubscriptions: number;
  /** Interval of pings, in milliseconds. */
  readonly pingMs: number;
  readonly elapsed?: () => number;
}

type Subscribe = Extract<ClientMessage, { type: 'subscribe' }>;

export class PushSocket implements SharedSocket {
  /** Grows whenever the client has taken something. */
  taken = 0;
  readonly #subscriptions = new Map<string, SubscriptionChannel>();
  readonly #gone = new AbortController();
  #waiting: (() => void)[] = [];
  #replyBytes = 0;
  #work = Promise.resolve();
  readonly #liveness: Liveness;

  /** @param request that of the upgrade, with its caller remembered */
  constructor(
    private readonly socket: WebSocket,
    private readonly request: IncomingMessage,
    private readonly options: PushSocketOptions,
  ) {
    this.#liveness = new Liveness(socket, options.pingMs, () => this.#isFull(), options.elapsed);
    socket.on('message', (data, isBinary) => {
      this.#receive(data, isBinary);
    });
    socket.on('ping', (data) => {
      this.#reply(data.length + 2, (done) => {
        socket.pong(data, false, done);
      });
    });
    socket.on('error', () => undefined); // `close` follows
    socket.once('close', () => {
      this.#end();
    });
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  get waitingBytes(): number {
    return this.socket.bufferedAmount;
  }

  onClose(callback: () => void): void {
    this.socket.once('close', callback);
  }

  /** @returns undefined when more can be taken at once, otherwise what resolves when it can */
  write(frames: readonly Buffer[]): Promise<void> | undefined {
    if (!this.isOpen) return undefined;
    const mayWrite = this.#waiting.length === 0 && !this.#isFull();
    if (mayWrite) this.#put(frames);
    if (mayWrite && !this.#isFull()) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        if (!mayWrite) this.#put(frames);
        resolve();
      });
    });
  }

  /** The server has ended a subscription, or all of them where the reason is the connection's. */
  ended(id: string, reason: EndReason, detail?: string): void {
    this.#subscriptions.delete(id);
    if (reason === 'server-stopping') this.close(1001, reason);
    else if (reason === 'not-reading') this.close(1008, reason);
    else this.#answer({ type: 'end', id, reason, ...(detail !== undefined && { detail }) });
  }

  /** With a code and a reason; cut where the client does not answer. */
  close(code: number, reason: string): void {
    closeOrCut(this.socket, code, reason);
  }

  /** To be called every few seconds. */
  check(): void {
    this.#liveness.check();
  }

  #isFull(): boolean {
    return this.socket.bufferedAmount > HIGH_WATER_BYTES;
  }

  #put(frames: readonly Buffer[]): void {
    if (!this.isOpen) return;
    for (const frame of frames) this.socket.send(frame, { binary: false }, this.#onTaken);
  }

  readonly #onTaken = (): void => {
    this.taken += 1;
    this.#liveness.sign();
    while (this.#waiting.length > 0 && (!this.#isFull() || !this.isOpen)) this.#waiting.shift()?.();
  };

  #answer(message: ServerMessage): void {
    const text = JSON.stringify(message);
    this.#reply(Buffer.byteLength(text), (done) => {
      this.socket.send(text, done);
    });
  }

  #reply(bytes: number, send: (done: () => void) => void): void {
    if (!this.isOpen) return;
    if (this.#replyBytes + bytes > MAX_REPLY_BYTES) {
      this.close(1008, 'not-reading');
      return;
    }
    this.#replyBytes += bytes;
    send(() => {
      this.#replyBytes -= bytes;
      this.#onTaken();
    });
  }

  /** One after another: no more is read from the client until the last message was answered. */
  #receive(data: RawData, isBinary: boolean): void {
    this.socket.pause();
    this.#work = this.#work.then(async () => {
      let id: string | undefined;
      try {
        const sent = isBinary ? undefined : parsed(data);
        id = idIn(sent);
        await this.#carryOut(validated(sent));
      } catch (error) {
        this.#answer({ type: 'problem', ...(id !== undefined && { id }), problem: documentOf(error) });
      } finally {
        this.socket.resume();
      }
    });
  }

  async #carryOut(message: ClientMessage): Promise<void> {
    if (!this.isOpen) return;
    if (message.type === 'ping') this.#answer({ type: 'pong' });
    else if (message.type === 'subscribe') await this.#subscribe(message);
    else this.#unsubscribe(message.id);
  }

  /** @throws Problem */
  async #subscribe({ id, path, lastEventId }: Subscribe): Promise<void> {
    const { streams, linkTo, maxSubscriptions } = this.options;
    if (this.#subscriptions.has(id)) throw new SubscriptionExists(id);
    if (this.#subscriptions.size >= maxSubscriptions) throw new TooManySubscriptions(maxSubscriptions);
    requireDecodableUrl(path);
    const [pathname = ''] = path.split('?', 1);
    const found = streams.topics.find(pathname, linkTo);
    if (found === undefined) throw notHere(pathname, streams.topics.contextElsewhere(pathname));
    const { topic, key } = found;
    const caller = callerOf({ raw: this.request });
    requireOf(caller, topic.scope);
    const asked = {
      method: 'GET',
      originalUrl: path,
      headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
      raw: this.request,
    } as unknown as HttpRequest;
    const { source, id: position } = await topic.open(asked, this.#gone.signal, key);
    if (!this.isOpen) return;
    const channel = new SubscriptionChannel(this, id);
    this.#subscriptions.set(id, channel);
    this.#answer({ type: 'subscribed', id, ...(position !== undefined && { position }) });
    const { renew } = caller;
    void streams.add(
      new PushConnection(channel, this.options.elapsed),
      source,
      renew && (() => renew(topic.scope)),
    );
  }

  #unsubscribe(id: string): void {
    const channel = this.#subscriptions.get(id);
    if (channel === undefined) throw new NoSuchSubscription(id);
    this.#subscriptions.delete(id);
    channel.close();
    this.#answer({ type: 'unsubscribed', id });
  }

  #end(): void {
    this.#gone.abort();
    for (const channel of this.#subscriptions.values()) channel.close();
    this.#subscriptions.clear();
    for (const resume of this.#waiting.splice(0)) resume();
  }
}

function notHere(pathname: string, context: string | undefined): Problem {
  return context === undefined ? new NoSuchStream(pathname) : new ServedElsewhere(pathname, context);
}

/** @throws InvalidMessage */
function parsed(data: RawData): unknown {
  try {
    return JSON.parse((data as Buffer).toString());
  } catch {
    throw new InvalidMessage([{ detail: 'The message is no JSON.' }]);
  }
}

function validated(sent: unknown): ClientMessage {
  if (sent === undefined)
    throw new InvalidMessage([{ detail: 'A message is text, and this one is binary.' }]);
  const result = CLIENT_MESSAGE.safeParse(sent);
  if (!result.success) throw new InvalidMessage(faultsOf(result.error));
  return result.data;
}

function idIn(sent: unknown): string | undefined {
  const id = typeof sent === 'object' && sent !== null && 'id' in sent ? sent.id : undefined;
  return typeof id === 'string' && id.length > 0 && id.length <= 255 ? id : undefined;
}
