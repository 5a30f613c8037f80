/** Reads request bodies: JSON, NDJSON and forms, at most 1 MiB each, without rounding a number. */
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { OWN_BOOTSTRAP, type HttpRequest } from './exchange.js';
import { parseExactJson } from './exact-json.js';
import { isDecodable } from './parameters.js';
import { Problem } from './problem.js';
import { parseInTurn } from './thread-turns.js';

/** The most that a request body may weigh, in bytes. */
export const BODY_LIMIT = 1024 * 1024;

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';
export const NDJSON_TYPE = 'application/x-ndjson';

/** The body of a request whose media type the application's own bootstrap does not parse. */
export const UNREAD = Symbol('unread');

/** `application/json`, or any type with the suffix `+json`, in upper or lower case and with parameters. */
export function isJsonType(type = ''): boolean {
  return /^\s*[^/;\s]+\/(?:json|[^/;\s]+\+json)\s*(?:;|$)/i.test(type);
}

/** The body is not what its media type says. */
export class MalformedBody extends Problem {
  constructor(detail: string) {
    super('malformed', 'malformed-body', 'The body cannot be read', detail, {
      faults: [{ pointer: '#', detail }],
    });
  }
}

/** `curl -d '{"value":5}'` sends a form, as long as no Content-Type is given. */
export class JsonSentAsForm extends Problem {
  constructor() {
    const detail = `The body looks like JSON, but its Content-Type is ${FORM_TYPE}; send Content-Type: ${JSON_TYPE}.`;
    super('malformed', 'malformed-body', 'The body cannot be read', detail, {
      faults: [{ header: 'Content-Type', detail }],
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

  /** @param named what the header names: an encoding, or the charset of a media type */
  static of(header: 'Content-Encoding' | 'Content-Type', named: string): UnsupportedEncoding {
    return header === 'Content-Encoding'
      ? new UnsupportedEncoding(header, `The Content-Encoding ${named} is not read; send the body as it is.`)
      : new UnsupportedEncoding(header, `The charset ${named} is not read; send utf-8.`);
  }
}

export class BodyTooLarge extends Problem {
  constructor(limit = BODY_LIMIT) {
    const size = limit === BODY_LIMIT ? `${limit} bytes (1 MiB)` : `${limit} bytes`;
    const detail = `A body may have at most ${size}; send it in parts.`;
    super('too-large', 'body-too-large', 'The body is too large', detail, {
      faults: [{ pointer: '#', detail }],
    });
  }
}

/** What `readBody` refuses with, as examples for OpenAPI. */
export function bodyProblems(accepted: readonly string[]): readonly Problem[] {
  return [
    new MalformedBody('The body is not JSON: it is empty.'),
    new UnsupportedMediaType('text/plain', accepted),
    new BodyTooLarge(),
  ];
}

export interface BodyOptions {
  /** Whether an empty body is no body, whatever its media type. Default: false, and empty JSON is malformed. */
  readonly isOptional?: boolean;
}

/**
 * The body, parsed as its media type says: JSON, NDJSON (a list) or a form (an object of strings). Undefined when there is none.
 *
 * In a foreign application this needs the bytes: either `NestFactory.create(AppModule, { rawBody: true })`, or a media type that the
 * application does not parse.
 *
 * @param accepted media types in lower case without parameters; other than NDJSON and forms they are JSON
 * @throws UnsupportedMediaType, UnsupportedEncoding, BodyTooLarge, MalformedBody, BodyAlreadyRead
 */
export async function readBody(
  request: HttpRequest,
  accepted: readonly string[],
  { isOptional = false }: BodyOptions = {},
): Promise<unknown> {
  requireMediaType(request, accepted);
  if (isParsedExactly(request)) return checked(request.body, request, isOptional);
  const bytes = await bytesOf(request);
  if (bytes === undefined) return undefined;
  if (bytes.length > BODY_LIMIT) throw new BodyTooLarge();
  requirePlainText(request.headers);
  const type = mediaTypeOf(request.headers['content-type']) ?? JSON_TYPE;
  return checked(await parseInTurn(bytes.length, () => parseBytes(bytes, type)), request, isOptional);
}

/** Parses a body of this media type, given in UTF-8. Undefined when it is empty and would be JSON. @throws MalformedBody */
export function parseBytes(bytes: Buffer, type: string): unknown {
  const text = textOf(bytes);
  if (text === '' && type !== NDJSON_TYPE && type !== FORM_TYPE) return undefined;
  if (type === NDJSON_TYPE) return parseNdjson(text);
  return type === FORM_TYPE ? parseForm(text) : parseJson(text);
}

/** What makes `readBody` work in a foreign application; told at the start where it can be found out, otherwise here. */
export const RAW_BODY_NEEDED =
  'Leftfold reads request bodies exactly and needs their bytes: create the application with ' +
  'NestFactory.create(AppModule, { rawBody: true })';

/** A parser of the application has read the body, and has not kept its bytes. */
export class BodyAlreadyRead extends Problem {
  constructor() {
    super(
      'misconfigured',
      'body-already-read',
      'The application is not set up to read this body',
      `A parser of the application has read the body already. ${RAW_BODY_NEEDED}.`,
    );
  }
}

function checked(body: unknown, { headers }: HttpRequest, isOptional: boolean): unknown {
  const type = mediaTypeOf(headers['content-type']);
  if (body === undefined && !isOptional && type !== undefined)
    throw new MalformedBody('The body is not JSON: it is empty.');
  if (type === FORM_TYPE && isJsonInForm(body)) throw new JsonSentAsForm();
  return body;
}

/** A form of one field without a value, whose name is the JSON. */
function isJsonInForm(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const name = Object.keys(body).join('&');
  return /^\s*[[{]/.test(name);
}

export function isParsedExactly({ server }: HttpRequest): boolean {
  return server !== undefined && OWN_BOOTSTRAP in server;
}

/** Undefined when there is no body and no word of one. */
async function bytesOf(request: HttpRequest): Promise<Buffer | undefined> {
  if (request.rawBody !== undefined) return request.rawBody;
  if (!hasBody(request.headers)) {
    return request.headers['content-type'] === undefined ? undefined : Buffer.alloc(0);
  }
  // Of Fastify's request, `raw`; Express's request is Node's.
  const raw = request.raw ?? (request as unknown as IncomingMessage);
  if (raw.readableDidRead) throw new BodyAlreadyRead();
  return readAll(raw);
}

function readAll(raw: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    raw.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= BODY_LIMIT) chunks.push(chunk);
      else reject(new BodyTooLarge()); // the rest is read and dropped, so that the answer reaches the client
    });
    raw.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    raw.once('error', reject);
  });
}

/** A byte order mark at the beginning is passed over (RFC 8259, 8.1). @throws MalformedBody */
function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new MalformedBody('The body is not UTF-8.');
  const text = bytes.toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Bodies are read as UTF-8; text in another encoding would be misread. @throws UnsupportedEncoding */
export function requirePlainText(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined && headers['content-type']?.includes(';') !== true) return; // neither is named
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw UnsupportedEncoding.of('Content-Encoding', encoding);
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(charset)) {
    throw UnsupportedEncoding.of('Content-Type', charset);
  }
}

/** @throws UnsupportedMediaType when the body came as anything but `accepted` */
export function requireMediaType(
  { headers }: Pick<HttpRequest, 'headers'>,
  accepted: readonly string[],
): void {
  const given = headers['content-type'];
  if (given !== undefined && accepted.includes(given)) return;
  if (given === undefined && !hasBody(headers)) return; // no body: the schema says what is missing
  const type = mediaTypeOf(given);
  if (type === undefined || !accepted.includes(type)) throw new UnsupportedMediaType(given, accepted);
}

function mediaTypeOf(contentType: string | undefined): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase();
}

/** RFC 9112, section 6.3. */
function hasBody(headers: IncomingHttpHeaders): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
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

/** More fields would be parsed for 200 ms. */
const MAX_FIELDS = 1000;

function parseForm(text: string): Readonly<Record<string, string>> {
  if (text.includes('%') && !isDecodable(text))
    throw new MalformedBody(
      'The form has a % that does not begin the percent-encoding of UTF-8, as in %C3%A9 for é.',
    );
  const count = (text.match(/&/g)?.length ?? 0) + 1;
  if (count > MAX_FIELDS) throw new MalformedBody(`A form has at most ${MAX_FIELDS} fields, not ${count}.`);
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in fields) throw new MalformedBody(`The field ${name} is there twice; send it once.`);
    fields[name] = value;
  }
  return fields;
}
