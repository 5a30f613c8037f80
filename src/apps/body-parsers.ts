/** Fastify's body parsers, which round numbers, replaced by the runtime's. */
import type { FastifyInstance } from 'fastify';
import {
  FORM_TYPE,
  JSON_TYPE,
  NDJSON_TYPE,
  parseText,
  requirePlainText,
} from '../runtime/http/kernel/bodies.js';

/** Stands for a body of a media type that is not read. */
const UNREAD = Symbol('unread');

/** @param jsonTypes further names for JSON */
export function registerBodyParsers(fastify: FastifyInstance, jsonTypes: readonly string[] = []): void {
  fastify.removeAllContentTypeParsers();
  for (const type of [JSON_TYPE, ...jsonTypes, NDJSON_TYPE, FORM_TYPE]) {
    fastify.addContentTypeParser(type, { parseAs: 'string' }, (request, text, done) => {
      try {
        requirePlainText(request.headers);
        done(null, parseText(text as string, type));
      } catch (error) {
        done(error as Error, undefined);
      }
    });
  }
  // Which types are right, only the route knows: it refuses what came unread.
  fastify.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null, UNREAD);
  });
}
