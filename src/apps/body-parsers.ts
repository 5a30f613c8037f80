/** Replaces Fastify's body parsers, which round numbers, by the runtime's. */
import type { FastifyInstance } from 'fastify';
import { NEW_COMMITS_TYPE } from '../runtime/event-log/commits/new-commit-lines.js';
import {
  FORM_TYPE,
  JSON_TYPE,
  NDJSON_TYPE,
  UNREAD,
  parseBytes,
  requirePlainText,
} from '../runtime/http/kernel/bodies.js';
import { parseInTurn } from '../runtime/http/kernel/thread-turns.js';

/** @param jsonTypes further media types that are parsed as JSON */
export function registerBodyParsers(fastify: FastifyInstance, jsonTypes: readonly string[] = []): void {
  fastify.removeAllContentTypeParsers();
  for (const type of [JSON_TYPE, ...jsonTypes, NDJSON_TYPE, FORM_TYPE]) {
    fastify.addContentTypeParser(type, { parseAs: 'buffer' }, (request, bytes, done) => {
      const answer = (body: unknown): void => {
        done(null, body);
      };
      const refuse = (error: unknown): void => {
        done(error as Error, undefined);
      };
      try {
        requirePlainText(request.headers);
        // Whether a body is needed is for the route to say.
        const body = parseInTurn(bytes.length, () => parseBytes(bytes as Buffer, type));
        if (body instanceof Promise) body.then(answer, refuse);
        else answer(body);
      } catch (error) {
        refuse(error);
      }
    });
  }
  // Its route reads it from the connection, within a bound of its own.
  fastify.addContentTypeParser(NEW_COMMITS_TYPE, (_request, _payload, done) => {
    done(null, UNREAD);
  });
  // Only the route knows which media types it accepts: it refuses an unparsed body.
  fastify.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null, UNREAD);
  });
}
