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

export const tasks = defineEntityProjection({
  name: 'tasks',
  machine: taskMachine,
  consumes: [taskOpened, taskDone],
  key: ({ data }) => data.task,
  view: ({ value, context }) => ({ status: value, ...context }),
  index: { status: 'text', hours: 'number' },
  compound: [['status', 'hours']],
  tag: (key) => tag(`task:${key}`),
});

@Module({
  imports: [
    LeftfoldModule.forFeature({ contracts: [taskOpened, taskDone], projections: [tasks], http: true }),
  ],
})
export class TasksModule {}
