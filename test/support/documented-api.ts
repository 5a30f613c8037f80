/** Holds what a server answers against its `/openapi.json`, and sends the requests that `/docs` would send. */
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly example?: unknown;
  readonly schema: JsonSchema;
}

interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly [keyword: string]: unknown;
}

interface MediaType {
  readonly schema: JsonSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly $ref: string } | { readonly value: unknown }>>;
}

interface DocumentedResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly required: boolean; readonly schema: JsonSchema }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation & { operationId: string }>>>>;
  readonly components: object;
}

/** Of HTTP itself, or of every answer. */
const GENERAL_HEADERS = new Set([
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'transfer-encoding',
  'vary',
]);

const PROBLEM_TYPE = 'application/problem+json';

export class DocumentedApi {
  readonly #ajv: Ajv2020;
  /** What was answered: `operation status media-type`, of problems with their name. */
  readonly #seen = new Set<string>();
  readonly operations: readonly Operation[];

  private constructor(
    readonly url: string,
    readonly document: Document,
  ) {
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...operation,
        id: operation.operationId,
        parameters: operation.parameters,
        method: method.toUpperCase(),
        path,
      })),
    );
    // OpenAPI has keywords that JSON Schema has not.
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ ...(closed(document) as object), $id: 'api' });
  }

  static async of(url: string): Promise<DocumentedApi> {
    return new DocumentedApi(url, (await (await fetch(`${url}/openapi.json`)).json()) as Document);
  }

  operation(id: string): Operation {
    const found = this.operations.find((each) => each.id === id);
    if (found === undefined) throw new Error(`${id} is not documented`);
    return found;
  }

  /** Sends the request, and finds its answer in the document. @returns what differs: nothing, if all is well */
  async differences(id: string, path: string, init: RequestInit = {}): Promise<readonly string[]> {
    const operation = this.operation(id);
    const response = await fetch(this.url + path, { method: operation.method, ...init });
    return this.differencesOf(operation, response, await response.text());
  }

  differencesOf(
    { id, responses }: Operation,
    { status, headers }: { readonly status: number; readonly headers: Headers },
    body: string,
  ): readonly string[] {
    const documented = responses[status] ?? responses['default'];
    if (documented === undefined) return [`${id} answers ${status}, which is not documented: ${body}`];
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    const wrong = this.#headerDifferences(documented, headers);
    if (status === 304) {
      this.#seen.add(`${id} 304`);
      return body === '' ? wrong : [...wrong, `a 304 has the body ${body}`];
    }
    const media = documented.content?.[type];
    if (media === undefined) return [...wrong, `${status} as ${type} is not documented: ${body}`];
    this.#seen.add(`${id} ${status} ${type === PROBLEM_TYPE ? nameOf(JSON.parse(body) as Problem) : type}`);
    const value: unknown = type.endsWith('json') && type !== 'application/x-ndjson' ? JSON.parse(body) : body;
    return [
      ...wrong,
      ...this.#schemaDifferences(media.schema, value),
      ...(type === PROBLEM_TYPE ? this.#problemDifferences(media, value as Problem) : []),
    ];
  }

  /** Documented answers that `differences` has not seen. */
  unseen(): readonly string[] {
    return this.operations
      .flatMap(({ id, responses }) =>
        Object.entries(responses).flatMap(([status, { content = {} }]) => {
          if (status === '304') return [`${id} 304`];
          return Object.entries(content).flatMap(([type, media]) =>
            type === PROBLEM_TYPE
              ? this.examplesOf(media).map((problem) => `${id} ${problem.status} ${nameOf(problem)}`)
              : [`${id} ${status} ${type}`],
          );
        }),
      )
      .filter((each) => !this.#seen.has(each));
  }

  examplesOf({ examples = {} }: MediaType): readonly Problem[] {
    return Object.values(examples).map((example) => {
      const { value } = ('$ref' in example ? this.#resolved(example.$ref) : example) as { value: Problem };
      return value;
    });
  }

  /** The request that “Execute” in `/docs` sends for this media type when nothing was filled in, or what it lacks. */
  execution(operation: Operation, type?: string): { readonly path: string; readonly init: RequestInit } {
    let { path } = operation;
    const query = new URLSearchParams();
    const headers = new Headers();
    for (const { name, in: where, required, example, schema } of operation.parameters) {
      const { example: own, default: preset } = this.#schema(schema);
      const value = (example ?? own ?? preset) as number | string | undefined;
      if (value === undefined && required === true)
        throw new Error(`${operation.id} has no example of ${name}`);
      if (value === undefined) continue;
      const text = String(value);
      if (where === 'path') path = path.replace(`{${name}}`, encodeURIComponent(text));
      else if (where === 'query') query.append(name, text);
      else headers.set(name, text);
    }
    const search = query.size > 0 ? `?${query.toString()}` : '';
    const init = { method: operation.method, headers };
    if (type === undefined) return { path: path + search, init };
    headers.set('content-type', type);
    return { path: path + search, init: { ...init, body: this.#exampleBody(operation, type) } };
  }

  /**
   * Sends each request of `execution`, one after the other. Resolves to the statuses by `operation media-type`.
   *
   * @throws Error when an answer is not as documented
   */
  async executeAll(
    operations: readonly Operation[] = this.operations,
  ): Promise<Readonly<Record<string, number>>> {
    const statuses: Record<string, number> = {};
    for (const operation of operations) {
      for (const type of Object.keys(operation.requestBody?.content ?? { '': undefined })) {
        const { path, init } = this.execution(operation, type === '' ? undefined : type);
        const response = await fetch(this.url + path, init);
        const name = `${operation.id} ${type}`.trim();
        const differs = this.differencesOf(operation, response, await response.text());
        if (differs.length > 0) throw new Error(`${name} of ${path}: ${differs.join('; ')}`);
        statuses[name] = response.status;
      }
    }
    return statuses;
  }

  /** Schemas of objects that stand in the document more than once. */
  repeatedSchemas(): readonly string[] {
    const counts = new Map<string, number>();
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      if ('properties' in node && Object.keys(node.properties as object).length > 0) {
        const text = JSON.stringify(node);
        counts.set(text, (counts.get(text) ?? 0) + 1);
      }
      for (const [key, value] of Object.entries(node))
        if (!/^(?:value|examples?|x-leftfold)$/.test(key)) visit(value);
    };
    visit(this.document);
    return [...counts].filter(([, count]) => count > 1).map(([text]) => text);
  }

  #exampleBody({ id, requestBody }: Operation, type: string): string {
    const media = requestBody?.content[type];
    const example =
      media && (media.example ?? this.#firstExample(media) ?? this.#schema(media.schema).example);
    if (media === undefined || example === undefined) throw new Error(`${id} has no example as ${type}`);
    const wrong = this.#schemaDifferences(media.schema, example);
    if (wrong.length > 0) throw new Error(`the example of ${id} as ${type} is wrong: ${wrong.join()}`);
    if (type === 'application/x-www-form-urlencoded')
      return new URLSearchParams(example as Record<string, string>).toString();
    return typeof example === 'string' ? example : JSON.stringify(example, undefined, 2);
  }

  #firstExample({ examples = {} }: MediaType): unknown {
    const [first] = Object.values(examples);
    if (first === undefined) return undefined;
    return ('$ref' in first ? (this.#resolved(first.$ref) as { readonly value: unknown }) : first).value;
  }

  #headerDifferences({ headers: documented = {} }: DocumentedResponse, headers: Headers): readonly string[] {
    const known = new Set(Object.keys(documented).map((name) => name.toLowerCase()));
    const undocumented = [...headers.keys()].filter((name) => !known.has(name) && !GENERAL_HEADERS.has(name));
    return [
      ...undocumented.map((name) => `the header ${name} is not documented`),
      ...Object.entries(documented).flatMap(([name, { required, schema }]) => {
        const text = headers.get(name);
        if (text === null) return required ? [`the header ${name} is missing`] : [];
        const value = schema.type === 'integer' ? Number(text) : text;
        return this.#schemaDifferences(schema, value).map((each) => `the header ${name}: ${each}`);
      }),
    ];
  }

  #problemDifferences(media: MediaType, problem: Problem): readonly string[] {
    const example = this.examplesOf(media).find(({ type }) => type === problem.type);
    if (example === undefined) return [`${problem.type} (${problem.status}) is not among the examples`];
    const promised = ({ title, status, ...rest }: Problem): object => ({
      title,
      status,
      members: Object.keys(rest).toSorted(),
    });
    const [documented, answered] = [example, problem].map((each) => JSON.stringify(promised(each)));
    return documented === answered ? [] : [`documented is ${documented ?? ''}, answered ${answered ?? ''}`];
  }

  #schemaDifferences(schema: JsonSchema, value: unknown): readonly string[] {
    const text = JSON.stringify(closed(schema)).replaceAll('"#/', '"api#/');
    const validate = this.#ajv.compile(JSON.parse(text) as AnySchema);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath} ${message ?? ''} ${JSON.stringify(params)} in ${JSON.stringify(value)}`,
    );
  }

  #schema(schema: JsonSchema): JsonSchema {
    return schema.$ref === undefined ? schema : (this.#resolved(schema.$ref) as JsonSchema);
  }

  #resolved(reference: string): unknown {
    return reference
      .split('/')
      .slice(1)
      .reduce<unknown>((node, part) => (node as Readonly<Record<string, unknown>>)[part], this.document);
  }
}

function nameOf({ type }: Problem): string {
  return type.replace(/^.*:/, '');
}

/** As JSON Schema of 2020. A member that is not documented is a difference, too. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  // OpenAPI 3.0 has a flag where JSON Schema has the bound.
  if (members['exclusiveMinimum'] === true) {
    const { minimum, ...others } = members;
    return { ...others, exclusiveMinimum: minimum };
  }
  const isClosed = 'properties' in members && members['additionalProperties'] === undefined;
  return isClosed ? { ...members, additionalProperties: false } : members;
}
