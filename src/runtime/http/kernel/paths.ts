/** Under which first segments the runtime itself serves something, whatever the application is. */
export const PATHS = {
  events: 'events',
  commits: 'commits',
  head: 'head',
  projections: 'projections',
  health: 'health',
  docs: 'docs',
  openApi: 'openapi.json',
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

/** Whether the first segment of a path belongs to the runtime, so that no context may have it. */
export function isOfRuntime(segment: string): boolean {
  return RUNTIME.has(segment);
}
