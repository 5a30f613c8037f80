/** What is kept is one of Node's tick objects, and the later ones are laid out as it is. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '..', '..', 'test', 'support', 'tick-layouts.mjs');

it('keeps a tick object, as which the later ones are laid out', () => {
  expect(JSON.parse(execFileSync(process.execPath, [PROGRAM], { encoding: 'utf8' }))).toEqual({
    members: ['callback', 'args'],
    laterAreAlike: true,
    othersAreAlike: false,
  });
});
