/** The files of a context as they are generated: contracts, decider, projections, module. */
import { camel, pascal } from './names.js';

/** An event, and the variable that its contract is. */
export interface DeclaredEvent {
  readonly variable: string;
  readonly type: string;
}

/** As the generators declare it. */
export const eventOf = (type: string): DeclaredEvent => ({ variable: camel(type), type });

/** The tag function of what a decider is about: `ofOrder`. */
export const tagFunction = (noun: string): string => `of${pascal(noun)}`;

export const eventDeclaration = (
  type: string,
  noun: string,
): string => `export const ${camel(type)} = defineEvent({
  type: '${type}',
  schema: z.strictObject({ ${memberOf(noun)}: z.string() }),
  examples: [{ data: { ${memberOf(noun)}: '1' } }],
});
`;

export const tagDeclaration = (noun: string): string =>
  `export const ${tagFunction(noun)} = (id: string): Tag => tag(\`${noun}:\${id}\`);\n`;

export const memberOf = (noun: string): string => camel(noun);

/** What a context has, where it is written as a whole. */
export interface ContextParts {
  /** What its decider is about. */
  readonly noun: string;
  readonly types: readonly string[];
  readonly entities: string;
}

export function eventsFile(context: string, parts?: ContextParts): string {
  const intro = `/** The events of ${context}: what other contexts may rely on. */\n`;
  if (parts === undefined)
    return `${intro}import { type AnyContract } from 'leftfold';

export const contracts: readonly AnyContract[] = [];
`;
  const { noun, types } = parts;
  return `${intro}import { defineEvent, tag, type AnyContract, type Tag } from 'leftfold';
import { z } from 'zod';

${types.map((type) => eventDeclaration(type, noun)).join('\n')}
${tagDeclaration(noun)}
export const contracts: readonly AnyContract[] = [${types.map(camel).join(', ')}];
`;
}

export function moduleFile(context: string, parts?: ContextParts): string {
  const noun = parts && camel(parts.noun);
  const entities = parts && camel(parts.entities);
  const imports = parts
    ? `import { ${noun} } from './${parts.noun}.decider.js';\nimport { ${entities} } from './${parts.entities}.entities.js';\n`
    : '';
  const features = parts ? `\n      deciders: [${noun}],\n      projections: [${entities}],` : '';
  return `/** The bounded context ${context}. */
import { Module } from '@nestjs/common';
import { LeftfoldModule } from 'leftfold';
${imports}import { contracts } from './${context}.events.js';

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts,
      http: true,${features}
    }),
  ],
})
export class ${pascal(context)}Module {}
`;
}

export const machineFile = (
  noun: string,
  context: string,
): string => `/** What can happen to one ${noun}, and in which state. */
import type { RecordedOf } from 'leftfold';
import { setup } from 'xstate';
import type { ${camel(`${noun}.added`)}, ${camel(`${noun}.removed`)} } from './${context}.events.js';

export const ${camel(noun)}Machine = setup({
  types: {
    context: {} as Record<never, never>,
    events: {} as RecordedOf<typeof ${camel(`${noun}.added`)} | typeof ${camel(`${noun}.removed`)}>,
  },
}).createMachine({
  id: '${noun}',
  context: {},
  initial: 'unknown',
  states: {
    unknown: { on: { '${noun}.added': 'there' } },
    there: { on: { '${noun}.removed': 'removed' } },
    removed: {},
  },
});
`;

export const deciderFile = (noun: string, context: string): string => {
  const [added, removed, of] = [camel(`${noun}.added`), camel(`${noun}.removed`), tagFunction(noun)];
  return `/** The commands on one ${noun}. */
import { Problem, defineDecider } from 'leftfold';
import { z } from 'zod';
import { ${of}, ${added}, ${removed} } from './${context}.events.js';
import { ${camel(noun)}Machine } from './${noun}.machine.js';

const refused = (id: string, state: string): Problem =>
  state === 'unknown'
    ? new Problem('not-found', '${noun}-not-found', 'There is no such ${noun}', \`There is no ${noun} \${id}.\`)
    : new Problem('conflict', '${noun}-not-ready', 'The ${noun} does not allow it', \`The ${noun} \${id} is \${state}.\`);

export const ${camel(noun)} = defineDecider({
  name: '${noun}',
  machine: ${camel(noun)}Machine,
  consumes: [${added}, ${removed}],
  subject: (id: string) => [${of}(id)],
  commands: {
    add: {
      input: z.strictObject({}),
      records: ${added},
      decide: (_state, _input, id) => ${added}.create({ ${memberOf(noun)}: id }, [${of}(id)]),
    },
    remove: {
      input: z.strictObject({}),
      records: ${removed},
      decide: (_state, _input, id) => ${removed}.create({ ${memberOf(noun)}: id }, [${of}(id)]),
    },
  },
  refusal: ({ value }, id) => refused(id, String(value)),
  problems: [refused('1', 'removed')],
});
`;
};

export const projectionFile = (name: string, context: string, consumed: readonly DeclaredEvent[]): string => {
  const events = consumed.map(({ variable }) => variable);
  return `/** Counts the events of ${context}. */
import { defineProjection, type RecordedOf } from 'leftfold';
import { assign, setup } from 'xstate';
import { ${events.join(', ')} } from './${context}.events.js';

const consumes = [${events.join(', ')}];

const machine = setup({
  types: {
    context: {} as { readonly events: number },
    events: {} as RecordedOf<(typeof consumes)[number]>,
  },
  actions: {
    count: assign({ events: ({ context }) => context.events + 1 }),
  },
}).createMachine({
  id: '${name}',
  context: { events: 0 },
  initial: 'counting',
  states: {
    counting: {
      on: {
${consumed.map(({ type }) => `        '${type}': { actions: 'count' },`).join('\n')}
      },
    },
  },
});

export const ${camel(name)} = defineProjection({
  name: '${name}',
  machine,
  consumes,
  view: ({ context }) => ({ events: context.events }),
});
`;
};

export const entitiesFile = (
  name: string,
  noun: string,
  context: string,
  consumed: readonly DeclaredEvent[],
): string => {
  const events = consumed.map(({ variable }) => variable);
  return `/** One small state for each ${noun}: listed, filtered and sorted. */
import { defineEntityProjection, tag, type RecordedOf } from 'leftfold';
import { assign, setup } from 'xstate';
import { ${events.join(', ')} } from './${context}.events.js';

const consumes = [${events.join(', ')}];
const PREFIX = '${noun}:';

const machine = setup({
  types: {
    context: {} as { readonly last: string; readonly events: number },
    events: {} as RecordedOf<(typeof consumes)[number]>,
  },
  actions: {
    note: assign({
      last: ({ event }) => event.type,
      events: ({ context }) => context.events + 1,
    }),
  },
}).createMachine({
  id: '${name}',
  context: { last: '', events: 0 },
  initial: 'known',
  states: {
    known: {
      on: {
${consumed.map(({ type }) => `        '${type}': { actions: 'note' },`).join('\n')}
      },
    },
  },
});

export const ${camel(name)} = defineEntityProjection({
  name: '${name}',
  machine,
  consumes,
  key: ({ tags }) => tags.find((each) => each.startsWith(PREFIX))?.slice(PREFIX.length),
  view: ({ context }) => ({ last: context.last, events: context.events }),
  index: { last: 'text', events: 'integer' },
  tag: (key) => tag(\`\${PREFIX}\${key}\`),
});
`;
};
