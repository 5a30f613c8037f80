/** Reads request bodies: JSON, NDJSON and forms, each at most 1 MiB, none with a surprise in it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseExactJson } from './exact-json.js';
import { Problem } from './problem.js';

/** The most that a request body may weigh, in bytes. */
export const BODY_LIMIT = 1024 * 1024;

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';
export const NDJSON_TYPE = 'application/x-ndjson';

/** The body is not what its media type says. */
export class MalformedBody extends Problem {
  constructor(detail: string) {
    super('malformed', 'malformed-body', 'The body cannot be read', detail, {
      faults: [{ pointer: '#', detail }],
    });
  }
}

export class UnsupportedMediaType extends Problem {
  constructor(given: string | undefined, accepted: readonly string[]) {
    const detail =
      (given === undefined
        ? 'The Content-Type is missing or cannot be read'
        : `The Content-Type ${given} is not one of them`) + `; send ${accepted.join(' or ')}.`;
    super('unsupported-media-type', 'unsupported-media-type', 'The media type is not supported', detail, {
      faults: [{ header: 'Content-Type', detail }],
    });
  }
}

export class UnsupportedEncoding extends Problem {
  constructor(header: 'Content-Encoding' | 'Content-Type', detail: string) {
    super('unsupported-media-type', 'unsupported-media-type', 'The media type is not supported', detail, {
      faults: [{ header, detail }],
    });
  }
}

export class BodyTooLarge extends Problem {
  constructor() {
    const detail = `A body may have at most ${BODY_LIMIT} bytes (1 MiB); send it in parts.`;
    super('too-large', 'body-too-large', 'The body is too large', detail, {
      faults: [{ pointer: '#', detail }],
    });
  }
}

/** Stands for a body of a media type that nobody here reads. */
const UNREAD = Symbol('unread');

/** Replaces Fastify's parsers, which would round numbers, by ours. `jsonTypes` are further names for JSON. */
export function registerBodyParsers(fastify: FastifyInstance, jsonTypes: readonly string[] = []): void {
  fastify.removeAllContentTypeParsers();
  const add = (type: string | string[], parse: (text: string) => unknown): void => {
    fastify.addContentTypeParser(type, { parseAs: 'string' }, (request, text, done) => {
      try {
        requirePlainText(request);
        done(null, parse(text as string));
      } catch (error) {
        done(error as Error, undefined);
      }
    });
  };
  add([JSON_TYPE, ...jsonTypes], parseJson);
  add(NDJSON_TYPE, parseNdjson);
  add(FORM_TYPE, parseForm);
  // Which types are right, only the route knows: it refuses what came unread.
  fastify.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null, UNREAD);
  });
}

/** Bodies are read as they come, as UTF-8; text in another encoding would be taken for something that it is not. */
function requirePlainText({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined && headers['content-type']?.includes(';') !== true) return; // says nothing of either
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new UnsupportedEncoding(
      'Content-Encoding',
      `The Content-Encoding ${encoding} is not read; send the body as it is.`,
    );
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(charset)) {
    throw new UnsupportedEncoding('Content-Type', `The charset ${charset} is not read; send utf-8.`);
  }
}

/** @throws UnsupportedMediaType when the body came as anything but `accepted` */
export function requireMediaType(request: FastifyRequest, accepted: readonly string[]): void {
  const given = request.headers['content-type'];
  if (given !== undefined && accepted.includes(given)) return;
  if (given === undefined && request.body === undefined) return; // no body: the schema says what is missing
  const type = given?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === undefined || !accepted.includes(type)) throw new UnsupportedMediaType(given, accepted);
}

function parseJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch (error) {
    throw new MalformedBody(`The body is not JSON: ${(error as Error).message}.`);
  }
}

/** One JSON value a line; empty lines are passed over (as in https://github.com/ndjson/ndjson-spec). */
function parseNdjson(text: string): readonly unknown[] {
  const values: unknown[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    try {
      values.push(parseExactJson(line));
    } catch (error) {
      throw new MalformedBody(`Line ${index + 1} is not JSON: ${(error as Error).message}.`);
    }
  });
  return values;
}

function parseForm(text: string): Readonly<Record<string, string>> {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in fields) throw new MalformedBody(`The field ${name} is there twice; send it once.`);
    fields[name] = value;
  }
  return fields;
}
