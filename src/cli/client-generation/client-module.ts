/** Writes the TypeScript module of a described server. The same server gives the same text. */
import { ComponentNames } from './component-names.js';
import type { DescribedCommand, DescribedServer, DescribedView } from './described-server.js';
import { commentOf, inComment, keyOf, quoted, typeOf } from './schema-types.js';

/** The first line of every file that is written; a file without it is somebody else's. */
export const FIRST_LINE = '// Written by `leftfold client`: write it anew rather than change it.';

export function clientModule(server: DescribedServer): string {
  const names = new ComponentNames(server.schemas);
  const typeNamed = (schema: unknown): string => typeOf(schema, names);
  const takes = (input: unknown): string => `Takes<${typeNamed(input)}>`;
  const events = server.events.map(([type, data]) => ({
    type,
    name: names.freshName(type),
    data: typeNamed(data),
    comment: commentOf(data),
  }));
  const members = [
    group(
      'deciders',
      byKey(server.deciders, ({ path }) => path).map(({ path, creates, commands, shown }) => [
        path,
        block([
          ...(creates === undefined ? [] : [`readonly creates: ${takes(creates)};`]),
          `readonly commands: ${block(sorted(commands).map((each) => command(each, takes)))};`,
          ...(shown === undefined ? [] : [`readonly shown: ${typeNamed(shown)};`]),
        ]),
      ]),
    ),
    group(
      'decisions',
      sorted(server.decisions).map(({ name, input }) => [
        name,
        `{ readonly command: { readonly input: ${takes(input)} } }`,
      ]),
    ),
    group('projections', views(server.projections, typeNamed)),
    group('entities', views(server.entities, typeNamed)),
    ...(events.length === 0
      ? []
      : [`readonly events:${events.map(({ name }) => `\n  | ${name}`).join('')};`]),
  ];
  const components = names.eachUsed(
    (name, schema) => `${commentOf(schema)}export type ${name} = ${typeNamed(schema)};`,
  );
  return `${[
    header(server, events.length > 0),
    ...components,
    ...events.map(
      ({ name, type, data, comment }) =>
        `${comment}export type ${name} = ClientEvent<${quoted(type)}, ${data}>;`,
    ),
    `/** What the client knows of the server. */\nexport type Server = ${block(members)};`,
    creation(server),
  ].join('\n\n')}\n`;
}

function header({ title, version, decisions, deciders }: DescribedServer, hasEvents: boolean): string {
  const hasInputs = decisions.length > 0 || deciders.length > 0;
  const types = [
    'type Client',
    ...(hasEvents ? ['type ClientEvent'] : []),
    'type ClientOptions',
    ...(hasInputs ? ['type Takes'] : []),
  ];
  return [
    FIRST_LINE,
    `// From the OpenAPI document of ${inComment(title) || 'a server'}, version ${inComment(version) || 'unknown'}.`,
    '/* eslint-disable */',
    `import { createClient as createAnyClient, ${types.join(', ')} } from 'leftfold/client';`,
  ].join('\n');
}

function command({ name, input }: DescribedCommand, takes: (input: unknown) => string): string {
  return `readonly ${keyOf(name)}: { readonly input: ${takes(input)} };`;
}

function views(
  described: readonly DescribedView[],
  typeNamed: (schema: unknown) => string,
): readonly (readonly [path: string, type: string])[] {
  return byKey(described, ({ path }) => path).map(({ path, view }) => {
    const type = typeNamed(view);
    return [path, `{ view(): ${type === 'unknown' ? 'object' : type} }`];
  });
}

/** Routes and paths are what types do not tell. */
function creation({ deciders, decisions }: DescribedServer): string {
  const routes = byKey(deciders, ({ path }) => path)
    .map(({ path, commands }) => [path, sorted(commands).filter((each) => each.path !== each.name)] as const)
    .filter(([, commands]) => commands.length > 0)
    .map(([path, commands]) => [path, pathsOf(commands)] as const);
  const elsewhere = sorted(decisions).filter(({ path, name }) => path !== name);
  const own = [
    ...(routes.length === 0 ? [] : [`routes: ${quoted(Object.fromEntries(routes))}`]),
    ...(elsewhere.length === 0 ? [] : [`paths: ${quoted({ decisions: pathsOf(elsewhere) })}`]),
  ];
  return [
    '/** @param options `url` is that of the server, with the prefix under which it is served */',
    "export function createClient(options: Omit<ClientOptions, 'routes' | 'paths'>): Client<Server> {",
    `  return createAnyClient<Server>({ ${['...options', ...own].join(', ')} });`,
    '}',
  ].join('\n');
}

function pathsOf(commands: readonly DescribedCommand[]): object {
  return Object.fromEntries(commands.map(({ name, path }) => [name, path]));
}

function group(name: string, members: readonly (readonly [key: string, type: string])[]): string {
  const all = block(members.map(([key, type]) => `readonly ${keyOf(key)}: ${type};`));
  return `readonly ${name}: ${all};`;
}

function block(lines: readonly string[]): string {
  if (lines.length === 0) return '{}';
  return `{\n${lines.map((line) => line.replaceAll(/^(?=.)/gm, '  ')).join('\n')}\n}`;
}

function sorted<Named extends { readonly name: string }>(all: readonly Named[]): readonly Named[] {
  return byKey(all, ({ name }) => name);
}

function byKey<Value>(all: readonly Value[], keyIn: (value: Value) => string): readonly Value[] {
  return all.toSorted((one, other) => (keyIn(one) < keyIn(other) ? -1 : 1));
}
