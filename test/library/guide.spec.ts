/** Each TypeScript snippet of docs/library.md is part of the file that its first line names; so is that of the README. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, blocksOf } from '../support/readme.js';

const snippets = [
  ...blocksOf('docs/library.md').filter(({ language }) => language === 'ts'),
  ...blocksOf('README.md').filter(({ text }) => text.startsWith('// examples/')),
].map(({ text }) => {
  const [first = '', ...code] = text.split('\n');
  return { file: /^\/\/ (\S+)$/.exec(first)?.[1], code: code.join('\n') };
});

/** Indentation and line breaks may differ. */
const normalized = (code: string): string => code.replace(/\s+/g, ' ').trim();

describe('the guide to the library', () => {
  it('has snippets', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(8);
  });

  it.each(snippets)('shows code of $file: $code', ({ file, code }) => {
    if (file === undefined)
      throw new Error('the first line of a snippet names its file, as in // src/main.ts');
    expect(normalized(code)).not.toBe('');
    expect(normalized(readFileSync(join(PROJECT, file), 'utf8'))).toContain(normalized(code));
  });
});
