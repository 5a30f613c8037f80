/**
 * The arrows of the house: apps → contexts → runtime/{projection,command} → runtime/event-log → runtime/http.
 * An arrow that is not drawn here does not exist; each rule names the two files that broke it.
 */
const notInRoom = (room) => `^src/(?!${room})`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one idea, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'http-knows-nothing-of-ours',
      comment:
        'runtime/http is the lowest room: problems, headers, bodies. It knows no log, no projection, no context.',
      severity: 'error',
      from: { path: '^src/runtime/http/' },
      to: { path: notInRoom('runtime/http/') },
    },
    {
      name: 'event-log-knows-only-http',
      comment:
        'The event log may use runtime/http and nothing else of the house; its specs may use the kit for stores.',
      severity: 'error',
      from: { path: '^src/runtime/event-log/' },
      to: { path: notInRoom('runtime/(event-log|http|testing)/') },
    },
    {
      name: 'projection-knows-only-the-log',
      severity: 'error',
      from: { path: '^src/runtime/projection/' },
      to: { path: notInRoom('runtime/(projection|event-log|http)/') },
    },
    {
      name: 'command-knows-only-the-log',
      comment:
        'Deciding folds, so it may use the fold; it may not use a projection, whose state lags behind the log.',
      severity: 'error',
      from: { path: '^src/runtime/command/' },
      to: { path: notInRoom('runtime/(command|event-log|http)/|runtime/projection/fold(-state)?\\.ts$') },
    },
    {
      name: 'xstate-in-its-place',
      comment:
        'What is XState’s own stands in projection/compile and in the machines of the runtime’s lifecycle, and nowhere else in the runtime.',
      severity: 'error',
      from: {
        path: '^src/(runtime|cli|apps)/',
        pathNot: '\\.spec\\.ts$|\\.machine\\.ts$|^src/runtime/projection/compile/',
      },
      to: { path: '(^|/)node_modules/xstate/' },
    },
    {
      name: 'compiling-is-behind-the-fold',
      comment: 'How a machine is compiled is known to nobody; projection/fold.ts is what others use of it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/runtime/projection/(compile/|fold\\.ts$)' },
      to: { path: '^src/runtime/projection/compile/' },
    },
    {
      name: 'runtime-knows-no-context',
      severity: 'error',
      from: { path: '^src/runtime/' },
      to: { path: '^src/(contexts|apps|cli|main|config)' },
    },
    {
      name: 'contexts-are-isolated',
      comment:
        'A context may import another context’s published language (<name>.events.ts) and nothing else of it.',
      severity: 'error',
      from: { path: '^src/contexts/([^/]+)/' },
      to: { path: '^src/contexts/(?!$1/)', pathNot: '^src/contexts/([^/]+)/\\1\\.events\\.ts$' },
    },
    {
      name: 'contexts-know-no-app',
      severity: 'error',
      from: { path: '^src/contexts/' },
      to: { path: '^src/(apps/|cli/|main\\.ts|config\\.ts)' },
    },
    {
      name: 'cli-knows-the-log-and-no-context',
      comment:
        'The command line works on any log: it may use the runtime and the settings, and no context or app. Which contexts there are, its main.ts asks the app.',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: '\\.spec\\.ts$|^src/cli/main\\.ts$' },
      to: { path: '^src/(contexts|apps|main)' },
    },
    {
      name: 'cli-is-a-top',
      comment: 'The command line is started by bin/leftfold.mjs; nothing else may lean on it.',
      severity: 'error',
      from: { path: '^src/(?!cli/)' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'apps-are-the-top',
      comment: 'An app is started by main.ts; nothing else may lean on it, but on the list of its contexts.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(apps/|main\\.ts|cli/main\\.ts)' },
      to: { path: '^src/(apps/|main\\.ts)' },
    },
    {
      name: 'cli-asks-the-app-for-its-contexts',
      severity: 'error',
      from: { path: '^src/cli/main\\.ts$' },
      to: { path: '^src/(apps/|main\\.ts)', pathNot: '^src/apps/[^/]+/contexts\\.ts$' },
    },
    {
      name: 'testing-knows-only-the-log',
      comment: 'The conformance kit tests stores; it may use the event log and nothing else of the house.',
      severity: 'error',
      from: { path: '^src/runtime/testing/' },
      to: { path: notInRoom('runtime/(testing|event-log|http)/') },
    },
    {
      name: 'testing-is-for-specs',
      comment: 'The conformance kit needs a test runner, which what ships does not have.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$|^src/runtime/testing/' },
      to: { path: '^src/runtime/testing/' },
    },
    {
      name: 'no-test-code-in-what-ships',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench)/|\\.spec\\.ts$' },
    },
    {
      name: 'no-dev-dependency-in-what-ships',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$|^src/runtime/testing/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
