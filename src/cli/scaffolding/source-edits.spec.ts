import {
  arrayElements,
  eventTypes,
  withArrayElement,
  withDeclarationBefore,
  withFeature,
  withImport,
  withModuleImport,
} from './source-edits.js';

describe('edits of a source file', () => {
  it('import what is not imported yet', () => {
    const text = "/** A file. */\nimport { a } from 'x';\n\nexport const b = a;\n";
    const edited = withImport(text, 'c', './c.js');
    expect(edited).toBe(
      "/** A file. */\nimport { a } from 'x';\nimport { c } from './c.js';\n\nexport const b = a;\n",
    );
    expect(withImport(edited, 'c', './c.js')).toBe(edited);
  });

  it('add to an import that is there, and leave one of types alone', () => {
    const text = "import type { T } from 'x';\nimport { a, type B } from 'x';\n";
    expect(withImport(text, 'T', 'x')).toBe(
      "import type { T } from 'x';\nimport { a, type B, T } from 'x';\n",
    );
    expect(withImport(text, 'type B', 'x')).toBe(text);
  });

  it('begin with an import behind the comment that a file opens with', () => {
    expect(withImport('/** A file. */\nconst a = 1;\n', 'b', 'x')).toBe(
      "/** A file. */\nimport { b } from 'x';\nconst a = 1;\n",
    );
  });

  it.each([
    ['const all = [];', 'const all = [x];'],
    ['const all: readonly T[] = [a, b];', 'const all: readonly T[] = [a, b, x];'],
    ['const all = [\n  a,\n  b,\n] as const;', 'const all = [\n  a,\n  b,\n  x,\n] as const;'],
    ['const all = [a] satisfies T[];', 'const all = [a, x] satisfies T[];'],
  ])('add to the array of %j', (text, expected) => {
    expect(withArrayElement(text, 'all', 'x')).toBe(expected);
    expect(withArrayElement(expected, 'all', 'x')).toBe(expected);
    expect(arrayElements(expected, 'all')).toContain('x');
  });

  it('add to what a feature has', () => {
    const module = (inside: string): string =>
      `@Module({ imports: [LeftfoldModule.forFeature({${inside}})] })\nclass M {}\n`;
    expect(withFeature(module(' contracts '), 'deciders', 'order')).toBe(
      module(' contracts, deciders: [order] '),
    );
    expect(withFeature(module(''), 'deciders', 'order')).toBe(module(' deciders: [order] '));
    expect(withFeature(module(' deciders: [a] '), 'deciders', 'order')).toBe(
      module(' deciders: [a, order] '),
    );
  });

  it('add to the imports of a module', () => {
    expect(withModuleImport('@Module({})\nclass M {}', 'Orders')).toBe(
      '@Module({ imports: [Orders] })\nclass M {}',
    );
    expect(withModuleImport('@Module({ imports: [A] })\nclass M {}', 'Orders')).toBe(
      '@Module({ imports: [A, Orders] })\nclass M {}',
    );
  });

  it('say what is not there to be edited', () => {
    expect(() => withModuleImport('class M {}', 'Orders')).toThrow('has no @Module({ … })');
    expect(() => withModuleImport('@Module({ imports: parts })\nclass M {}', 'A')).toThrow(
      'imports that are not an array',
    );
    expect(() => withFeature('LeftfoldModule.forFeature({ deciders })', 'deciders', 'order')).toThrow(
      'has deciders in a form that cannot be edited',
    );
    expect(() => withFeature('class M {}', 'deciders', 'order')).toThrow(
      'has no LeftfoldModule.forFeature({ … })',
    );
    expect(() => withArrayElement('const other = [];', 'all', 'x')).toThrow('has no array all');
    expect(() => withDeclarationBefore('', 'all', 'const x = 1;')).toThrow('has no all');
  });

  it('find the events that a file defines', () => {
    const text =
      "export const orderPlaced = defineEvent({ type: 'order.placed', schema }).next(2, {});\nconst a = f({ type: 'b' });\n";
    expect([...eventTypes(text)]).toEqual([['orderPlaced', 'order.placed']]);
  });
});
