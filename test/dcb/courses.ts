/** Courses with a capacity, and students who may join five of them (dcb.events: course subscriptions). */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { decideTogether } from '../../src/runtime/command/decide-together.js';
import { defineDecider, type Command } from '../../src/runtime/command/decider.js';
import { defineEvent, type RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import { tag, type Tag } from '../../src/runtime/event-log/event.js';
import { Refused } from '../support/refused.js';

const id = z.string().min(1);
const capacity = z.int().min(1);

export const courseDefined = defineEvent({
  type: 'course.defined',
  open: true,
  schema: z.strictObject({ course: id, capacity }),
});
export const courseResized = defineEvent({
  type: 'course.resized',
  open: true,
  schema: z.strictObject({ course: id, capacity }),
});
export const studentSubscribed = defineEvent({
  type: 'student.subscribed',
  open: true,
  schema: z.strictObject({ course: id, student: id }),
});

export const courseContracts = [courseDefined, courseResized, studentSubscribed];

export const ofCourse = (course: string): Tag => tag(`course:${course}`);
export const ofStudent = (student: string): Tag => tag(`student:${student}`);

type CourseEvent = RecordedOf<(typeof courseContracts)[number]>;
type Subscribed = RecordedOf<typeof studentSubscribed>;

/** unknown ──defined──▶ open, which takes students while there is a place. */
const courseMachine = setup({
  types: { context: {} as { readonly capacity: number; readonly taken: number }, events: {} as CourseEvent },
  guards: { hasPlace: ({ context }) => context.taken < context.capacity },
  actions: { take: assign({ taken: ({ context }) => context.taken + 1 }) },
}).createMachine({
  id: 'course',
  context: { capacity: 0, taken: 0 },
  initial: 'unknown',
  states: {
    unknown: {
      on: {
        'course.defined': {
          target: 'open',
          actions: assign({ capacity: ({ event }) => event.data.capacity }),
        },
      },
    },
    open: {
      on: {
        'course.resized': { actions: assign({ capacity: ({ event }) => event.data.capacity }) },
        'student.subscribed': { guard: 'hasPlace', actions: 'take' },
      },
    },
  },
});

export const courseDecider = defineDecider({
  name: 'course',
  machine: courseMachine,
  consumes: courseContracts,
  subject: (course: string) => ({ query: [{ tags: [ofCourse(course)] }] }),
  refusal: ({ value }, course, records) => {
    if (value === 'unknown') return new Refused('course-unknown', `There is no course ${course}.`);
    if (records === courseDefined) return new Refused('course-exists', `There is a course ${course}.`);
    return new Refused('course-full', `The course ${course} has no place left.`);
  },
});

export const MAX_COURSES = 5;

const studentMachine = setup({
  types: { context: {} as { readonly courses: number }, events: {} as Subscribed },
  guards: { mayJoin: ({ context }) => context.courses < MAX_COURSES },
  actions: { join: assign({ courses: ({ context }) => context.courses + 1 }) },
}).createMachine({
  id: 'student',
  context: { courses: 0 },
  initial: 'learning',
  states: { learning: { on: { 'student.subscribed': { guard: 'mayJoin', actions: 'join' } } } },
});

const studentDecider = defineDecider({
  name: 'student',
  machine: studentMachine,
  consumes: [studentSubscribed],
  subject: (student: string) => ({ query: [{ tags: [ofStudent(student)] }] }),
  refusal: (_, student) =>
    new Refused('too-many-courses', `${student} is in ${MAX_COURSES} courses, which is the most.`),
});

/** The place of one student in one course, which can be taken once. */
const placeMachine = setup({ types: { events: {} as Subscribed } }).createMachine({
  id: 'place',
  initial: 'free',
  states: { free: { on: { 'student.subscribed': 'taken' } }, taken: {} },
});

export interface Subscription {
  readonly course: string;
  readonly student: string;
}

const placeDecider = defineDecider({
  name: 'place',
  machine: placeMachine,
  consumes: [studentSubscribed],
  subject: ({ course, student }: Subscription) => ({
    query: [{ tags: [ofCourse(course), ofStudent(student)] }],
  }),
  refusal: (_, { course, student }) =>
    new Refused('already-subscribed', `${student} is in the course ${course} already.`),
});

/** A subscription is decided in view of the course, of the student, and of both. */
export const subscriptionDecider = decideTogether(({ course, student }: Subscription) => ({
  course: courseDecider.decisionModel(course),
  place: placeDecider.decisionModel({ course, student }),
  student: studentDecider.decisionModel(student),
}));

export const subscribe: Command<unknown, Subscription> = {
  records: studentSubscribed,
  decide: (_, { course, student }) => [
    studentSubscribed.create({ course, student }, [ofCourse(course), ofStudent(student)]),
  ],
};

export interface Sized {
  readonly course: string;
  readonly capacity: number;
}

export const define: Command<unknown, Sized> = {
  records: courseDefined,
  decide: (_, sized) => [courseDefined.create(sized, [ofCourse(sized.course)])],
};

export const resize: Command<{ readonly capacity: number }, Sized> = {
  records: courseResized,
  decide: ({ context }, sized) => {
    if (sized.capacity === context.capacity)
      throw new Refused('same-capacity', `The course ${sized.course} has ${sized.capacity} places already.`);
    return [courseResized.create(sized, [ofCourse(sized.course)])];
  },
};
