/** CONTRIBUTING.md tells where things are; they are there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

const rows = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| .* \|$/.test(line))
  .map((line) => line.split('|').slice(1, -1))
  .slice(2) // its head
  .map(([what = '', where = '']) => ({ what: what.trim(), paths: [...where.matchAll(/`([^`]+)`/g)] }));

describe('the table of where things are', () => {
  it('has a row for what one would look for first', () => {
    expect(rows.length).toBeGreaterThanOrEqual(25);
  });

  it.each(rows)('is true: $what', ({ paths }) => {
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
