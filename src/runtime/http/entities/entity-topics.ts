/** What of an entity projection can be subscribed to: its list, and each entity by its key. */
import type { Position } from '../../event-log/event.js';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
import type { HttpRequest } from '../kernel/exchange.js';
import { pathOf } from '../kernel/paths.js';
import type { PushTopic } from '../push/push-topics.js';
import type { ReadNow } from '../push/read-feed.js';
import type { EntityStreams } from './entity-streams.js';

export interface AskedReading {
  /** Nothing is sent before what is read has everything up to this position. */
  readonly after: Position | undefined;
  readonly read: ReadNow;
}

/** What a request asks for. Each throws a Problem where it cannot be had as a stream. */
export interface EntityReadings {
  readonly list: (request: HttpRequest) => {
    readonly list: { readonly reached: Position | undefined };
    readonly read: ReadNow;
  };
  readonly one: (key: string, request: HttpRequest) => AskedReading;
}

export function entityTopics(
  definition: EntityProjectionDefinition,
  streams: EntityStreams,
  readings: EntityReadings,
): readonly PushTopic[] {
  const path = pathOf(definition);
  const scope = `query:${definition.name}` as const;
  const listTopic: PushTopic = {
    path,
    scope,
    open: async (request, signal) => {
      const { list, read } = readings.list(request);
      return streams.open(request, list.reached, read, (work) => work(signal));
    },
  };
  if (definition.http.entity === false) return [listTopic];
  const entityTopic: PushTopic = {
    path,
    hasKey: true,
    scope,
    open: async (request, signal, key) => {
      const { after, read } = readings.one(key, request);
      return streams.open(request, after, read, (work) => work(signal));
    },
  };
  return [listTopic, entityTopic];
}
