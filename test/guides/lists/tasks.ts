/** The tasks of the guide to lists. */
import { Module } from '@nestjs/common';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  LeftfoldModule,
  defineEntityProjection,
  defineEvent,
  tag,
  type RecordedOf,
} from '../../../src/runtime/index.js';

const id = z.string().min(1).max(100);

const taskOpened = defineEvent({
  type: 'task.opened',
  open: true,
  schema: z.strictObject({ task: id, title: z.string(), hours: z.int() }),
  examples: [{ data: { task: 't1', title: 'Paint the door', hours: 3 }, tags: [tag('task:t1')] }],
});

const taskDone = defineEvent({
  type: 'task.done',
  open: true,
  schema: z.strictObject({ task: id }),
  examples: [{ data: { task: 't1' }, tags: [tag('task:t1')] }],
});

const taskMachine = setup({
  types: {
    context: {} as { readonly title: string; readonly hours: number },
    events: {} as RecordedOf<typeof taskOpened> | RecordedOf<typeof taskDone>,
  },
}).createMachine({
  id: 'task',
  context: { title: '', hours: 0 },
  initial: 'unknown',
  states: {
    unknown: {
      on: {
        'task.opened': {
          target: 'open',
          actions: assign({ title: ({ event }) => event.data.title, hours: ({ event }) => event.data.hours }),
        },
      },
    },
    open: { on: { 'task.done': 'done' } },
    done: {},
  },
});

const stepAdded = defineEvent({
  type: 'task.step-added',
  open: true,
  schema: z.strictObject({ step: id, task: id, text: z.string() }),
  examples: [{ data: { step: 's1', task: 't1', text: 'Sand it' }, tags: [tag('step:s1')] }],
});

const stepMachine = setup({
  types: {
    context: {} as { readonly task: string | null; readonly text: string },
    events: {} as RecordedOf<typeof stepAdded>,
  },
}).createMachine({
  id: 'step',
  context: { task: null, text: '' },
  on: {
    'task.step-added': {
      actions: assign({ task: ({ event }) => event.data.task, text: ({ event }) => event.data.text }),
    },
  },
});

export const steps = defineEntityProjection({
  name: 'steps',
  machine: stepMachine,
  consumes: [stepAdded],
  key: ({ data }) => data.step,
  view: ({ context }) => context,
  index: { task: 'text' },
});

export const tasks = defineEntityProjection({
  name: 'tasks',
  machine: taskMachine,
  consumes: [taskOpened, taskDone],
  key: ({ data }) => data.task,
  view: ({ value, context }) => ({ status: value, ...context }),
  index: { status: 'text', hours: 'number' },
  compound: [['status', 'hours']],
  tag: (key) => tag(`task:${key}`),
  relations: { steps: { of: steps, by: 'task' } },
});

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: [taskOpened, taskDone, stepAdded],
      projections: [tasks, steps],
      http: true,
    }),
  ],
})
export class TasksModule {}
