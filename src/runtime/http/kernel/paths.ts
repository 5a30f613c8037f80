/** Under which first segments the runtime itself serves something, whatever the application is. */
export const PATHS = {
  events: 'events',
  commits: 'commits',
  head: 'head',
  projections: 'projections',
  model: 'model',
  problems: 'problems',
  verification: 'verification',
  storage: 'storage',
  health: 'health',
  docs: 'docs',
  openApi: 'openapi.json',
  asyncApi: 'asyncapi.json',
  console: 'console',
  inspect: 'inspect',
  openApiYaml: 'docs-yaml',
  /** Of the monolith. */
  forwarding: 'forwarding',
} as const;

/** The hello-world protocol, at the root of a process. Contexts serve these, too. */
export const PROTOCOL_PATHS = {
  push: 'push',
  log: 'log',
  subscribe: 'subscribe',
  subscribers: 'subscribers',
  receive: 'receive',
  state: 'state',
} as const;

const RUNTIME: ReadonlySet<string> = new Set(Object.values(PATHS));

/** Nothing else can be served under these, and no projection has such a name. */
export const RESERVED: ReadonlySet<string> = new Set([...RUNTIME, ...Object.values(PROTOCOL_PATHS)]);

/**
 * That a projection can be served there.
 *
 * @param where as the sentence begins: projection orders
 * @throws Error when it is no path, or the runtime serves something of its own there
 */
export function requireProjectionPath(path: string, where: string): void {
  if (!/^[A-Za-z0-9][\w-]*(?:\/[A-Za-z0-9][\w-]*)*$/.test(path))
    throw new Error(
      `${where}: ${path} is no path; it is made of letters, digits, - and _, as in orders or shop/orders (http.path)`,
    );
  const [first = ''] = path.split('/');
  if (RESERVED.has(first))
    throw new Error(`${where}: /${first} is where the runtime serves its own; give another path (http.path)`);
}

/** Where a projection is served. */
export function pathOf({
  name,
  http,
}: {
  readonly name: string;
  readonly http?: { readonly path?: string };
}): string {
  return http?.path ?? name;
}

/** Whether the first segment of a path belongs to the runtime, so that no context may have it. */
export function isOfRuntime(segment: string): boolean {
  return RUNTIME.has(segment);
}
