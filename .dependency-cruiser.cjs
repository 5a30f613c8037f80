/**
 * The arrows of the house, from above to below:
 *
 *   main, cli → apps → contexts → runtime (leftfold.module, index)
 *     → runtime/http/{events, projections, operations, …}
 *     → runtime/{projection, command}
 *     → runtime/{fold, event-log}
 *     → runtime/http/kernel
 *
 * Stores stand beside the event log: apps open them, the library's front registers them, nobody else knows them.
 * An arrow that is not drawn here does not exist; each rule names the two files that broke it.
 */
const SPECS = '\\.spec\\.ts$';
const outside = (...rooms) => `^src/(?!(${rooms.join('|')}))`;

/** A room of the runtime and what it may know. Its specs may use a store to run on and the kit for stores besides. */
const room = (name, path, ...knows) => [
  {
    name: `${name}-arrows`,
    comment: `${path} may know ${knows.join(', ')} and nothing else of the house.`,
    severity: 'error',
    from: { path: `^src/${path}`, pathNot: SPECS },
    to: { path: outside(path, ...knows) },
  },
  {
    name: `${name}-spec-arrows`,
    comment: `The specs of ${path} may use what it may, a store to run on, and the kit for stores.`,
    severity: 'error',
    from: { path: `^src/${path}.*${SPECS}` },
    to: { path: outside(path, ...knows, 'runtime/stores/', 'runtime/testing/') },
  },
];

const KERNEL = 'runtime/http/kernel/';
const LOG = 'runtime/event-log/';
const FOLD = 'runtime/fold/';

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
    ...room('kernel', KERNEL),
    ...room('event-log', LOG, KERNEL),
    ...room('fold', FOLD, LOG, KERNEL),
    ...room('stores', 'runtime/stores/', LOG, KERNEL),
    ...room('projection', 'runtime/projection/', FOLD, LOG, KERNEL),
    ...room('command', 'runtime/command/', FOLD, LOG, KERNEL),
    ...room('http', 'runtime/http/', 'runtime/projection/', 'runtime/command/', FOLD, LOG),
    ...room('testing', 'runtime/testing/', 'runtime/stores/', LOG, KERNEL),
    {
      name: 'xstate-in-its-place',
      comment:
        'What is XState’s own stands in fold/compiled and in the machines of the runtime’s lifecycle, and nowhere else in the runtime.',
      severity: 'error',
      from: {
        path: '^src/(runtime|cli|apps)/',
        pathNot: `${SPECS}|\\.machine\\.ts$|^src/runtime/fold/compiled/`,
      },
      to: { path: '(^|/)node_modules/xstate/' },
    },
    {
      name: 'compiling-is-behind-the-fold',
      comment: 'How a machine is compiled is known to nobody; fold/fold.ts is what others use of it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/runtime/fold/(compiled/|fold\\.ts$)' },
      to: { path: '^src/runtime/fold/compiled/' },
    },
    {
      name: 'runtime-knows-no-context',
      severity: 'error',
      from: { path: '^src/runtime/' },
      to: { path: '^src/(contexts|apps|cli|main)' },
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
      to: { path: '^src/(apps/|cli/|main\\.ts)' },
    },
    {
      name: 'contexts-use-the-public-api',
      comment:
        'A context uses of the runtime what a user of the package can: `leftfold` and `leftfold/http`.',
      severity: 'error',
      from: { path: '^src/contexts/', pathNot: SPECS },
      to: { path: '^src/runtime/', pathNot: '^src/runtime/(http/)?index\\.ts$' },
    },
    {
      name: 'contexts-know-no-store',
      comment: 'Which store keeps the log is the app’s to say.',
      severity: 'error',
      from: { path: '^src/contexts/', pathNot: SPECS },
      to: { path: '^src/runtime/stores/' },
    },
    {
      name: 'cli-arrows',
      comment:
        'The command line works on any log: it may use the runtime, and of the apps what they share (settings, opening of stores, data folders). Which contexts there are, its main.ts asks the app.',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: '^src/cli/main\\.ts$' },
      to: { path: '^src/(contexts/|apps/[^/]+/|main\\.ts)' },
    },
    {
      name: 'cli-asks-the-app-for-its-contexts',
      severity: 'error',
      from: { path: '^src/cli/main\\.ts$' },
      to: { path: '^src/(contexts/|apps/[^/]+/|main\\.ts)', pathNot: '^src/apps/[^/]+/contexts\\.ts$' },
    },
    {
      name: 'cli-is-a-top',
      comment: 'The command line is started by bin/leftfold.mjs; nothing else may lean on it.',
      severity: 'error',
      from: { path: '^src/(?!cli/)' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'apps-are-a-top',
      comment: 'An app is started by main.ts; of the house only the command line may use what apps share.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(apps/|cli/|main\\.ts)' },
      to: { path: '^src/(apps/|main\\.ts)' },
    },
    {
      name: 'apps-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/apps/([^/]+)/' },
      to: { path: '^src/apps/[^/]+/', pathNot: '^src/apps/$1/' },
    },
    {
      name: 'testing-is-for-specs',
      comment: 'The conformance kit needs a test runner, which what ships does not have.',
      severity: 'error',
      from: { path: '^src/', pathNot: `${SPECS}|^src/runtime/testing/` },
      to: { path: '^src/runtime/testing/' },
    },
    {
      name: 'no-test-code-in-what-ships',
      severity: 'error',
      from: { path: '^src/', pathNot: SPECS },
      to: { path: `^(test|bench)/|${SPECS}` },
    },
    {
      name: 'no-dev-dependency-in-the-package',
      comment:
        'Who installs the package gets its dependencies and the peers that they have; the apps and the hello world are run from a checkout.',
      severity: 'error',
      from: { path: '^src/(runtime|cli|apps/(settings|open-store)\\.ts)', pathNot: SPECS },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'no-undeclared-dependency',
      severity: 'error',
      from: { path: '^src/' },
      // An optional peer counts as undeclared beside what it is.
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'], dependencyTypesNot: ['npm-peer'] },
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
