/**
 * Which folder may import which, from top to bottom:
 *
 *   main, cli → apps → contexts → runtime (leftfold.module, index)
 *     → runtime/http/{events, projections, operations, …}
 *     → runtime/{projection, command}
 *     → runtime/{fold, event-log}
 *     → runtime/http/kernel
 *
 * Stores are beside the event log: apps open them, `leftfold.module` registers their drivers, nothing else imports them.
 * Any other import is an error, and its rule names the two files.
 */
const SPECS = '\\.spec\\.ts$';
const outside = (...folders) => `^src/(?!(${folders.join('|')}))`;

/** A folder of the runtime and what it may import. Its specs may also import the stores and the conformance kit. */
const layer = (name, path, ...imports) => [
  {
    name: `${name}-arrows`,
    comment: `${path} may import ${imports.join(', ') || 'no other folder'} and nothing else of src.`,
    severity: 'error',
    from: { path: `^src/${path}`, pathNot: SPECS },
    to: { path: outside(path, ...imports) },
  },
  {
    name: `${name}-spec-arrows`,
    comment: `The specs of ${path} may import what it may, the stores, and the conformance kit.`,
    severity: 'error',
    from: { path: `^src/${path}.*${SPECS}` },
    to: { path: outside(path, ...imports, 'runtime/stores/', 'runtime/testing/') },
  },
];

const KERNEL = 'runtime/http/kernel/';
const LOG = 'runtime/event-log/';
const FOLD = 'runtime/fold/';
/** Imports nothing. */
const FILE_ERRORS = 'runtime/file-error-text';
/** Imports nothing of src. */
const INVALID_SETTING = 'runtime/invalid-setting';
const ACCESS = 'runtime/access/';
/** Imports nothing of src either. */
const SESSIONS = 'runtime/require-sessions';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two files that import each other should be one file, or share a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...layer('kernel', KERNEL),
    ...layer('event-log', LOG, KERNEL, FILE_ERRORS),
    ...layer('fold', FOLD, LOG, KERNEL),
    ...layer('access', ACCESS, KERNEL, FILE_ERRORS, INVALID_SETTING),
    // The key that a remote store sends.
    ...layer('stores', 'runtime/stores/', LOG, KERNEL, FILE_ERRORS, SESSIONS, `${ACCESS}client-key`),
    ...layer('projection', 'runtime/projection/', FOLD, LOG, KERNEL, FILE_ERRORS, SESSIONS),
    ...layer('command', 'runtime/command/', FOLD, LOG, KERNEL),
    ...layer(
      'http',
      'runtime/http/',
      'runtime/model/',
      'runtime/projection/',
      'runtime/command/',
      FOLD,
      LOG,
      ACCESS,
    ),
    ...layer('model', 'runtime/model/', 'runtime/projection/', 'runtime/command/', FOLD, LOG, KERNEL),
    ...layer(
      'testing',
      'runtime/testing/',
      'runtime/stores/',
      'runtime/model/',
      'runtime/projection/',
      'runtime/command/',
      FOLD,
      LOG,
      KERNEL,
    ),
    {
      name: 'client-imports-nothing',
      comment:
        'What runs in a browser imports types of the runtime and nothing else: no package, nothing of Node.',
      severity: 'error',
      from: { path: '^src/runtime/client/', pathNot: `${SPECS}|^src/runtime/client/optimistic/` },
      to: { pathNot: '^src/runtime/client/(?!optimistic/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'optimistic-client-imports-the-fold',
      comment:
        'Optimistic rendering folds in the browser: beside the client it imports the fold, and what reads a state.',
      severity: 'error',
      from: { path: '^src/runtime/client/optimistic/', pathNot: SPECS },
      to: {
        pathNot: '^src/runtime/(client/|fold/fold(-state)?\\.ts$)|(^|/)node_modules/devalue/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-fold-runs-in-browsers',
      severity: 'error',
      from: { path: '^src/runtime/fold/', pathNot: `${SPECS}|machine-fingerprint` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'xstate-in-its-place',
      comment:
        'In the runtime, only fold/compiled and the machines of projections’ lifecycles import XState.',
      severity: 'error',
      from: {
        path: '^src/(runtime|cli|apps)/',
        pathNot: `${SPECS}|\\.machine\\.ts$|^src/runtime/fold/compiled/`,
      },
      to: { path: '(^|/)node_modules/xstate/' },
    },
    {
      name: 'compiling-is-behind-the-fold',
      comment: 'Only fold/fold.ts imports how a machine is compiled; others import fold/fold.ts.',
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
      // The page of the hello world shows all of its contexts.
      from: { path: '^src/contexts/(?!page/)([^/]+)/' },
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
      from: { path: '^src/contexts/', pathNot: `${SPECS}|^src/contexts/page/browser/` },
      to: { path: '^src/runtime/', pathNot: '^src/runtime/(http/)?index\\.ts$' },
    },
    {
      name: 'pages-use-the-client',
      comment:
        'What runs in a browser uses `leftfold/client` and `leftfold/client/optimistic` of the runtime.',
      severity: 'error',
      from: { path: '^src/contexts/page/browser/' },
      to: { path: '^src/runtime/', pathNot: '^src/runtime/client/(optimistic/)?index\\.ts$' },
    },
    {
      name: 'the-console-uses-the-client',
      comment:
        'The page of the console uses `leftfold/client` and nothing else of the runtime: it can do what any client can.',
      severity: 'error',
      from: { path: '^src/runtime/console/page/', pathNot: SPECS },
      to: { path: '^src/', pathNot: '^src/runtime/(console/page/|client/index\\.ts$)' },
    },
    {
      name: 'the-console-is-served-as-it-was-built',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/runtime/console/page/' },
      to: { path: '^src/runtime/console/page/' },
    },
    {
      name: 'contexts-know-no-store',
      comment: 'The app decides which store has the log.',
      severity: 'error',
      from: { path: '^src/contexts/', pathNot: SPECS },
      to: { path: '^src/runtime/stores/' },
    },
    {
      name: 'cli-arrows',
      comment:
        'The command line works on any log: it may import the runtime, and what apps share (settings, opening of stores). Only its main.ts imports the list of contexts from the app.',
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
      comment: 'The command line is started by bin/leftfold.mjs; nothing else may import it.',
      severity: 'error',
      from: { path: '^src/(?!cli/)' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'apps-are-a-top',
      comment: 'An app is started by main.ts; only the command line may import what apps share.',
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
      comment: 'The conformance kit needs a test runner, which the shipped code does not have.',
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
        'The package is installed with its dependencies and peers; the apps and the hello world run from a checkout.',
      severity: 'error',
      // The page of the console is bundled with what it needs.
      from: {
        path: '^src/(runtime|cli|apps/(settings|open-store)\\.ts)',
        pathNot: `${SPECS}|^src/runtime/console/page/`,
      },
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
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
