/** What the documentation names exists: settings, npm scripts, options of the command line, problem types, and exports of the package. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../support/readme.js';

const read = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');

const filesIn = (folder: string, ending: string): readonly string[] =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(folder, path));

const guides = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(PROJECT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const source = filesIn('src', '.ts').map(read).join('\n');

/** What the test's own tools and the benchmarks read from the environment, too. */
const settingsSource = [
  source,
  ...filesIn('test', '.ts').map(read),
  ...filesIn('test', '.mjs').map(read),
  ...filesIn('bench', '.mjs')
    .filter((path) => !path.includes('node_modules'))
    .map(read),
].join('\n');

const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);

const all = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();

describe.each(guides)('%s', (file) => {
  const text = read(file);

  it('names settings that are read', () => {
    const named = all(text, /\b(LEFTFOLD_[A-Z_]*[A-Z])\b/g);
    expect(named.filter((name) => !settingsSource.includes(name))).toEqual([]);
  });

  it('names npm scripts that there are', () => {
    const named = all(text, /npm run (?:-s )?([a-z][\w:-]*)/g);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  it('names options of the command line that there are', () => {
    const named = all(text, /leftfold [a-z-]+[^\n`|]*?(--[a-z][a-z-]+)/g);
    expect(named.filter((name) => !source.includes(name))).toEqual([]);
  });

  it('names problem types that are answered', () => {
    const named = [
      ...all(text, /urn:leftfold:problem:([a-z-]+)/g),
      ...all(text, /^\| `([a-z]+(?:-[a-z]+)+)` \| \d{3} \|/gm),
    ];
    // Made of a decider's name: `account-not-ready`.
    const isMade = (name: string): boolean => source.includes(`}${name.replace(/^[a-z]+/, '')}\``);
    expect(named.filter((name) => !source.includes(`'${name}'`) && !isMade(name))).toEqual([]);
  });

  it('imports what the package exports', () => {
    const named = [...text.matchAll(/import (?:type )?\{([^}]+)\} from 'leftfold(?:\/[a-z/]+)?'/g)]
      .flatMap(([, names = '']) => names.split(','))
      .map((name) => name.replace(/^\s*type\s+/, '').trim())
      .filter((name) => name !== '');
    const exported = filesIn('src/runtime', 'index.ts').map(read).join('\n');
    expect(named.filter((name) => !new RegExp(`\\b${name}\\b`).test(exported))).toEqual([]);
  });
});

describe('the README in the package', () => {
  it('links to files that the package has', () => {
    const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };
    // npm adds these by itself.
    const packed = [...files, 'README.md', 'LICENSE', 'package.json'].map((path) => path.replace('*.md', ''));
    const targets = all(read('README.md'), /\]\(([^)#:\s]+)(?:#[^)]*)?\)/g);
    expect(targets.length).toBeGreaterThan(10);
    expect(targets.filter((target) => !packed.some((path) => target.startsWith(path)))).toEqual([]);
  });
});
