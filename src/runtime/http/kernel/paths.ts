/** Under which first segments the runtime itself serves something, whatever the application is. */
export const PATHS = {
  events: 'events',
  projections: 'projections',
  health: 'health',
  docs: 'docs',
  openApi: 'openapi.json',
  openApiYaml: 'docs-yaml',
} as const;

/** Nothing else can be served under these. */
export const RESERVED: ReadonlySet<string> = new Set(Object.values(PATHS));
