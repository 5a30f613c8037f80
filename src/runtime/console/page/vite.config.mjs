/** Builds the page of the console into `dist-console`, from where `console.controller.ts` serves it. */
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

/** @type {import('vite').UserConfig} */
export default {
  root: import.meta.dirname,
  configFile: false,
  // The controller knows the prefix under which it is served, the build does not.
  base: './',
  logLevel: 'warn',
  cacheDir: join(ROOT, 'node_modules', '.vite'),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join(ROOT, 'dist-console'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000, // the layout of diagrams, which is loaded when one is shown
  },
};
