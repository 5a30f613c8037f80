/** The subscribers: those that were added and not dropped since. They are in the log, and so outlive a restart. */
import { Injectable } from '@nestjs/common';
import {
  AppendConditionFailed,
  EventLog,
  tag,
  type NewEvent,
  type Position,
  type Query,
  type RecordedEvent,
} from '../../../runtime/index.js';
import { subscriberAdded, subscriberDropped } from './subscribers.events.js';

export const SUBSCRIBER_EVENTS: Query = [{ types: [subscriberAdded.type, subscriberDropped.type] }];

export interface SubscriberList {
  /** In the order in which they came. */
  readonly ports: readonly number[];
  /** The head of the log when they were read. */
  readonly readAt: Position;
}

@Injectable()
export class SubscribersService {
  constructor(private readonly log: EventLog) {}

  async list(): Promise<SubscriberList> {
    const readAt = await this.log.head();
    const ports = new Set<number>();
    for await (const page of this.log.read(SUBSCRIBER_EVENTS, { through: readAt }))
      for (const event of page) applyTo(ports, event);
    return { ports: [...ports], readAt };
  }

  /** @returns whether it is new */
  add(port: number): Promise<boolean> {
    return this.#change(port, false, subscriberAdded.create({ port }, [tagOf(port)]));
  }

  /** @returns whether it was there */
  drop(port: number): Promise<boolean> {
    return this.#change(port, true, subscriberDropped.create({ port }, [tagOf(port)]));
  }

  /** Records the event if the port is, or is not, among the subscribers; decides again when another process was faster. */
  async #change(port: number, isThere: boolean, event: NewEvent): Promise<boolean> {
    for (;;) {
      const { ports, readAt } = await this.list();
      if (ports.includes(port) !== isThere) return false;
      try {
        await this.log.append([event], {
          condition: { query: [{ tags: [tagOf(port)] }], after: readAt },
        });
        return true;
      } catch (error) {
        if (!(error instanceof AppendConditionFailed)) throw error;
      }
    }
  }
}

export function portOf(event: RecordedEvent): number {
  return (event.data as { readonly port: number }).port;
}

function applyTo(ports: Set<number>, event: RecordedEvent): void {
  if (event.type === subscriberAdded.type) ports.add(portOf(event));
  else ports.delete(portOf(event));
}

const tagOf = (port: number): ReturnType<typeof tag> => tag(`subscriber:${port}`);
