/** The AsyncAPI 3 document of the WebSocket, made of the schemas that validate its messages. */
import { z } from 'zod';
import { MAX_MESSAGE_BYTES } from '../../sockets/socket-gateway.js';
import { CLIENT_MESSAGE, SERVER_MESSAGES } from './push-messages.js';

interface Described {
  readonly name: string;
  readonly message: object;
}

/** @param address where the WebSocket is */
export function asyncApiOf(address: string): object {
  const received = CLIENT_MESSAGE.options.map(described);
  const sent = SERVER_MESSAGES.map(described);
  const all = [...received, ...sent];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Push',
      version: '1.0.0',
      description:
        'Subscriptions to events and states over one WebSocket. Messages are JSON in text frames, ' +
        `those of a client of at most ${MAX_MESSAGE_BYTES} bytes. Closed with 1001 when the server stops, 1008 when the client does not read ` +
        '(not-reading) or its credentials have ended (no-longer-allowed), 1009 when a message is too long.',
    },
    defaultContentType: 'application/json',
    channels: {
      push: {
        address,
        messages: Object.fromEntries(all.map(({ name }) => [name, ref(`components/messages/${name}`)])),
        bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      receive: operation('receive', received),
      send: operation('send', sent),
    },
    components: { messages: Object.fromEntries(all.map(({ name, message }) => [name, message])) },
  };
}

function operation(action: 'receive' | 'send', messages: readonly Described[]): object {
  return {
    action,
    channel: ref('channels/push'),
    messages: messages.map(({ name }) => ref(`channels/push/messages/${name}`)),
  };
}

function described(schema: z.ZodType): Described {
  const { title = '', description } = schema.meta() ?? {};
  const payload = z.toJSONSchema(schema, { target: 'draft-7' });
  delete payload.$schema;
  return {
    name: title.toLowerCase(),
    message: { name: title, title, ...(description !== undefined && { summary: description }), payload },
  };
}

function ref(path: string): object {
  return { $ref: `#/${path}` };
}
