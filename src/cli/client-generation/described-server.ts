/** What an OpenAPI document says of a server of Leftfold: its commands, projections, lists and events. */
import type { DescribedEndpoint } from '../../runtime/http/kernel/api-docs.js';
import { LEFTFOLD_EXTENSION } from '../../runtime/http/kernel/api-docs.js';
import { withMembers } from '../../runtime/http/kernel/api-schema.js';
import { CommandFailed } from '../exit-codes.js';
import { isObject, type JsonSchema } from './schema-types.js';

export interface DescribedCommand {
  readonly name: string;
  /** What follows the subject in the URL, with members of the input in braces. */
  readonly path: string;
  readonly input: JsonSchema;
}

export interface DescribedDecider {
  /** Below the URL of the server, as are all paths here. */
  readonly path: string;
  /** What creates a subject. */
  readonly creates: JsonSchema | undefined;
  readonly commands: readonly DescribedCommand[];
  readonly shown: JsonSchema | undefined;
}

export interface DescribedView {
  readonly path: string;
  readonly view: JsonSchema;
}

export interface DescribedServer {
  readonly title: string;
  readonly version: string;
  readonly deciders: readonly DescribedDecider[];
  readonly decisions: readonly DescribedCommand[];
  readonly projections: readonly DescribedView[];
  readonly entities: readonly DescribedView[];
  /** By type. */
  readonly events: readonly (readonly [type: string, data: JsonSchema])[];
  readonly schemas: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly path: string;
  readonly is: DescribedEndpoint;
  readonly operation: JsonSchema;
}

/**
 * @param prefix of the server's URL, which its paths may begin with: `/api`
 * @throws CommandFailed when it is no OpenAPI document, or none of a server of Leftfold
 */
export function describedServer(document: unknown, prefix: string): DescribedServer {
  if (!isObject(document) || typeof document['openapi'] !== 'string' || !isObject(document['paths']))
    throw new CommandFailed('it is no OpenAPI document: it has no members openapi and paths');
  const operations = operationsIn(document['paths'], prefix.replace(/\/$/, ''));
  if (operations.length === 0)
    throw new CommandFailed(
      `its OpenAPI document describes nothing of Leftfold: no operation has ${LEFTFOLD_EXTENSION}; ` +
        'is the URL right, and are its contexts served (http: true in forFeature)?',
    );
  const info = isObject(document['info']) ? document['info'] : {};
  const components = isObject(document['components']) ? document['components'] : {};
  const own = isObject(document[LEFTFOLD_EXTENSION]) ? document[LEFTFOLD_EXTENSION] : {};
  return {
    title: textOf(info['title']),
    version: textOf(info['version']),
    deciders: decidersIn(operations),
    decisions: decisionsIn(operations),
    projections: viewsIn(operations, 'projection', (view) => view),
    entities: viewsIn(operations, 'list', itemsOf(components)),
    events: Object.entries(isObject(own['events']) ? own['events'] : {}).map(([type, event]) => [
      type,
      isObject(event) && isObject(event['schema']) ? event['schema'] : {},
    ]),
    schemas: isObject(components['schemas']) ? components['schemas'] : {},
  };
}

function operationsIn(paths: JsonSchema, prefix: string): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(isObject(methods) ? methods : {}).flatMap((operation) => {
      const is = isObject(operation) ? operation[LEFTFOLD_EXTENSION] : undefined;
      if (!isObject(operation) || !isObject(is)) return [];
      const below = prefix !== '' && path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
      return [{ path: below.replace(/^\//, ''), is: is as unknown as DescribedEndpoint, operation }];
    }),
  );
}

function decidersIn(operations: readonly Operation[]): readonly DescribedDecider[] {
  return operations.flatMap(({ path: subjectPath, is, operation }) => {
    if (is.kind !== 'subject') return [];
    const path = subjectPath.slice(0, subjectPath.lastIndexOf('/'));
    const own = operations.flatMap((each) =>
      each.is.kind === 'command' && each.is.decider === is.decider
        ? [{ ...each, name: each.is.command, creates: each.is.creates }]
        : [],
    );
    const creating = own.find(({ creates }) => creates);
    const commands = own
      .filter(({ creates }) => !creates)
      .map((each) => {
        const place = each.path.slice(subjectPath.length + 1);
        return { name: each.name, path: place, input: inputOf(each.operation, place) };
      });
    return [
      { path, creates: creating && inputOf(creating.operation, ''), commands, shown: answerOf(operation) },
    ];
  });
}

function decisionsIn(operations: readonly Operation[]): readonly DescribedCommand[] {
  return operations.flatMap(({ path, is, operation }) =>
    is.kind === 'decision' ? [{ name: is.decision, path, input: inputOf(operation, path) }] : [],
  );
}

function viewsIn(
  operations: readonly Operation[],
  kind: 'projection' | 'list',
  viewOf: (answer: JsonSchema) => JsonSchema,
): readonly DescribedView[] {
  return operations
    .filter(({ is }) => is.kind === kind)
    .map(({ path, operation }) => ({ path, view: viewOf(answerOf(operation) ?? {}) }));
}

/** The schema of one of the items of a page. */
function itemsOf(components: JsonSchema): (page: JsonSchema) => JsonSchema {
  return (page) => {
    const [, name] = /^#\/components\/schemas\/([\w.-]+)$/.exec(textOf(page['$ref'])) ?? [];
    const schemas = isObject(components['schemas']) ? components['schemas'] : {};
    const resolved = name === undefined ? page : schemas[name];
    const properties = isObject(resolved) && isObject(resolved['properties']) ? resolved['properties'] : {};
    const { items: list } = properties as { readonly items?: unknown };
    return isObject(list) && isObject(list['items']) ? list['items'] : {};
  };
}

/** Of one input: what the body has, and what the path has in braces. */
function inputOf(operation: JsonSchema, path: string): JsonSchema {
  const body = oneOf(jsonIn(operation['requestBody']) ?? {});
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (names.length === 0) return body;
  const parameters = (Array.isArray(operation['parameters']) ? operation['parameters'] : []).filter(isObject);
  const members = Object.fromEntries(
    names.map((name) => {
      const parameter = parameters.find((each) => each['in'] === 'path' && each['name'] === name);
      return [name, isObject(parameter?.['schema']) ? parameter['schema'] : { type: 'string' }];
    }),
  );
  if (typeof body['$ref'] !== 'string') return withMembers(body, members, names);
  const inPath = { type: 'object', properties: members, required: names };
  return { allOf: [body, inPath] };
}

/** Where one input and an array of them are taken: one. */
function oneOf(schema: JsonSchema): JsonSchema {
  for (const union of ['oneOf', 'anyOf']) {
    const all = schema[union];
    if (!Array.isArray(all)) continue;
    const single = all.filter((each) => !isObject(each) || each['type'] !== 'array');
    if (single.length === all.length) continue;
    return single.length === 1 && isObject(single[0]) ? single[0] : { ...schema, [union]: single };
  }
  return schema;
}

/** What is answered with, when it was not refused. */
function answerOf(operation: JsonSchema): JsonSchema | undefined {
  const responses = isObject(operation['responses']) ? operation['responses'] : {};
  const [, answer] = Object.entries(responses).find(([status]) => /^2\d\d$/.test(status)) ?? [];
  return jsonIn(answer);
}

function jsonIn(content: unknown): JsonSchema | undefined {
  const types = isObject(content) && isObject(content['content']) ? content['content'] : {};
  const json = types['application/json'];
  return isObject(json) && isObject(json['schema']) ? json['schema'] : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
