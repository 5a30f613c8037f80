/** The specs of what is generated. Each fails when what it tests is wrong, from the first day. */
import { camel } from './names.js';
import { memberOf, type DeclaredEvent } from './templates.js';

/** Which test functions a spec has without an import. */
export type TestRunner = 'jest' | 'vitest';

const testImport = (runner: TestRunner): string =>
  runner === 'vitest' ? "import { afterEach, describe, it } from 'vitest';\n" : '';

/** Below the imports of every spec, so that what is added to it later cannot pass without an end. */
const EVERY_TEST = `// A scenario that is begun and not finished tests nothing: it fails.
requireFinished(afterEach);
`;

export const contractsSpec = (
  context: string,
  runner: TestRunner,
): string => `${testImport(runner)}import assert from 'node:assert/strict';
import { requireFinished } from 'leftfold/testing';
import { contracts } from './${context}.events.js';

${EVERY_TEST}
describe('the events of ${context}', () => {
  it('have examples, which their schemas take', () => {
    assert.ok(contracts.length > 0, 'there are no contracts');
    for (const { type, schema, examples } of contracts) {
      assert.ok(examples.length > 0, \`\${type} has no example\`);
      for (const { data } of examples) assert.deepEqual(schema.safeParse(data).error?.issues ?? [], [], type);
    }
  });
});
`;

export const deciderSpec = (noun: string, context: string, runner: TestRunner): string => {
  const [added, removed, decider] = [camel(`${noun}.added`), camel(`${noun}.removed`), camel(noun)];
  const recorded = (event: string): string => `${event}.create({ ${memberOf(noun)}: '1' })`;
  return `${testImport(runner)}import { given, refused, requireFinished } from 'leftfold/testing';
import { ${decider} } from './${noun}.decider.js';
import { ${added}, ${removed} } from './${context}.events.js';

${EVERY_TEST}
const isAdded = ${recorded(added)};
const isRemoved = ${recorded(removed)};

describe('${noun}', () => {
  it('is added, and removed', async () => {
    await given([]).when(${decider}, '1', 'add', {}).then([isAdded]);
    await given([isAdded]).when(${decider}, '1', 'remove', {}).then([isRemoved]);
  });

  it('is not removed twice', async () => {
    await given([isAdded, isRemoved]).when(${decider}, '1', 'remove', {}).then(refused('${noun}-not-ready'));
  });
});
`;
};

export const projectionSpec = (
  name: string,
  context: string,
  consumed: readonly DeclaredEvent[],
  runner: TestRunner,
): string => `${testImport(runner)}import { exampleOf, given, requireFinished } from 'leftfold/testing';
import { ${consumed.map(({ variable }) => variable).join(', ')} } from './${context}.events.js';
import { ${camel(name)} } from './${name}.projection.js';

${EVERY_TEST}
describe('${name}', () => {
  it('counts every event', () => {
    const events = [${consumed.map(({ variable }) => `exampleOf(${variable})`).join(', ')}];
    given(events).expectView(${camel(name)}, { events: ${consumed.length} });
  });
});
`;

export const entitiesSpec = (
  name: string,
  noun: string,
  context: string,
  consumed: readonly DeclaredEvent[],
  runner: TestRunner,
): string => `${testImport(runner)}import { tag } from 'leftfold';
import { exampleOf, given, requireFinished } from 'leftfold/testing';
import { ${consumed.map(({ variable }) => variable).join(', ')} } from './${context}.events.js';
import { ${camel(name)} } from './${name}.entities.js';

${EVERY_TEST}
const tags = [tag('${noun}:1')];

describe('${name}', () => {
  it('has one for each ${noun}', () => {
    const events = [${consumed.map(({ variable }) => `{ ...exampleOf(${variable}), tags }`).join(', ')}];
    given(events).expectEntities(${camel(name)}, { 1: { last: '${consumed.at(-1)?.type ?? ''}', events: ${consumed.length} } });
  });
});
`;
