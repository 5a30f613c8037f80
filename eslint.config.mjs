import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'dist-test/**',
      'dist-console/**',
      'data*/**',
      'coverage/**',
      'node_modules/**',
      'tools/no-telemetry/**',
      'docs/api/**',
      // Compiled against the installed package, by `npm run package:check`.
      'examples/*/src/**',
      'examples/*/dist/**',
      'examples/*/node_modules/**',
    ],
  },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // A number in a message is what the message is about; its default formatting is the one that we want.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A Nest module is an empty class; its decorator is what it says.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // Nest declares its options as a class, but takes a plain object, as its documentation shows.
    files: ['src/apps/http-application.ts', 'src/apps/monolith/monolith-contracts.ts'],
    rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' },
  },
  {
    // They have the types of a browser.
    files: ['src/contexts/page/browser/**'],
    languageOptions: { parserOptions: { projectService: false, project: 'tsconfig.browser.json' } },
  },
  {
    files: ['src/runtime/console/page/**'],
    languageOptions: { parserOptions: { projectService: false, project: 'tsconfig.console.json' } },
  },
  { files: ['**/*.mjs', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        Buffer: 'readonly',
        URL: 'readonly',
        performance: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
      },
    },
    rules: { 'no-console': 'off', '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
);
