/** Three rules that no single aggregate can keep: a course's capacity, a student's five courses, one place each. */
import { execute } from '../../src/runtime/command/execute.js';
import type { Commit } from '../../src/runtime/event-log/event.js';
import { allAtOnce, times } from '../support/attempts.js';
import { STORES } from '../support/event-stores.js';
import { LogInTest } from '../support/log-in-test.js';
import { allEvents } from '../support/reading.js';
import {
  courseContracts,
  courseDecider,
  define,
  resize,
  studentSubscribed,
  subscribe,
  subscriptionDecider,
} from './courses.js';

describe.each(STORES)('course subscriptions over $name', (kind) => {
  let test: LogInTest;

  beforeEach(async () => {
    test = await LogInTest.open(kind, courseContracts);
  });

  afterEach(async () => {
    await test.close();
  });

  const defined = (course: string, capacity: number): Promise<Commit> =>
    execute(test.log, courseDecider, course, define, { course, capacity });
  const resized = (course: string, capacity: number): Promise<Commit> =>
    execute(test.log, courseDecider, course, resize, { course, capacity });
  const subscribed = (student: string, course: string): Promise<Commit> =>
    execute(test.log, subscriptionDecider, { course, student }, subscribe, { course, student });

  /** Who got a place, in the order of the log. */
  const subscriptions = async (): Promise<readonly string[]> =>
    (await allEvents(test.log)).flatMap(({ type, data }) => {
      if (type !== studentSubscribed.type) return [];
      const { course, student } = data as { readonly course: string; readonly student: string };
      return [`${student} in ${course}`];
    });

  describe('a course', () => {
    it('is defined once', async () => {
      await defined('maths', 10);
      await expect(defined('maths', 15)).rejects.toMatchObject({ problem: 'course-exists' });
      await expect(test.log.head()).resolves.toBe(1);
    });

    it('cannot be resized before it is defined', async () => {
      await expect(resized('maths', 15)).rejects.toMatchObject({ problem: 'course-unknown' });
    });

    it('cannot be resized to the size that it has', async () => {
      await defined('maths', 15);
      await expect(resized('maths', 15)).rejects.toMatchObject({ problem: 'same-capacity' });
      await resized('maths', 16);
      await expect(resized('maths', 16)).rejects.toMatchObject({ problem: 'same-capacity' });
    });

    it('is defined once also when many try at the same time', async () => {
      const attempts = times(10, (index) => defined('maths', index + 1));
      await expect(allAtOnce(attempts)).resolves.toEqual({
        succeeded: 1,
        refused: times(9, () => 'course-exists'),
      });
    });
  });

  describe('a student', () => {
    it('cannot join a course that there is not', async () => {
      await expect(subscribed('ann', 'maths')).rejects.toMatchObject({ problem: 'course-unknown' });
    });

    it('cannot join a course that is full, until it has more places', async () => {
      await defined('maths', 2);
      await subscribed('ann', 'maths');
      await subscribed('bob', 'maths');
      await expect(subscribed('cid', 'maths')).rejects.toMatchObject({ problem: 'course-full' });
      await resized('maths', 3);
      await subscribed('cid', 'maths');
      expect(await subscriptions()).toEqual(['ann in maths', 'bob in maths', 'cid in maths']);
    });

    it('cannot join a course that has fewer places by now than students', async () => {
      await defined('maths', 3);
      await subscribed('ann', 'maths');
      await subscribed('bob', 'maths');
      await resized('maths', 1);
      await expect(subscribed('cid', 'maths')).rejects.toMatchObject({ problem: 'course-full' });
    });

    it('cannot join the same course twice', async () => {
      await defined('maths', 3);
      await subscribed('ann', 'maths');
      await expect(subscribed('ann', 'maths')).rejects.toMatchObject({ problem: 'already-subscribed' });
    });

    it('cannot join a sixth course', async () => {
      for (const course of ['1', '2', '3', '4', '5', '6']) await defined(course, 10);
      for (const course of ['1', '2', '3', '4', '5']) await subscribed('ann', course);
      await expect(subscribed('ann', '6')).rejects.toMatchObject({ problem: 'too-many-courses' });
      await expect(subscribed('bob', '6')).resolves.toMatchObject({ repeated: false });
    });
  });

  describe('at the same time', () => {
    it('one of many students gets the one place that is left', async () => {
      await defined('maths', 3);
      await subscribed('ann', 'maths');
      await subscribed('bob', 'maths');
      const attempts = times(25, (index) => subscribed(`student ${index}`, 'maths'));
      await expect(allAtOnce(attempts)).resolves.toEqual({
        succeeded: 1,
        refused: times(24, () => 'course-full'),
      });
      expect(await subscriptions()).toHaveLength(3);
    });

    it('a student gets into five of eight courses', async () => {
      await Promise.all(times(8, (index) => defined(`${index}`, 10)));
      const attempts = times(8, (index) => subscribed('ann', `${index}`));
      await expect(allAtOnce(attempts)).resolves.toEqual({
        succeeded: 5,
        refused: times(3, () => 'too-many-courses'),
      });
    });

    it('a student who sends it again and again gets one place', async () => {
      await defined('maths', 10);
      const attempts = times(10, () => subscribed('ann', 'maths'));
      await expect(allAtOnce(attempts)).resolves.toEqual({
        succeeded: 1,
        refused: times(9, () => 'already-subscribed'),
      });
    });

    it('a course that loses places never takes more students than it has places then', async () => {
      await defined('maths', 5);
      const attempts = [
        ...times(2, (index) => subscribed(`early ${index}`, 'maths')),
        resized('maths', 3),
        ...times(6, (index) => subscribed(`late ${index}`, 'maths')),
      ];
      await allAtOnce(attempts);
      const types = (await allEvents(test.log)).map(({ type }) => type);
      expect(types.filter((type) => type === 'course.resized')).toHaveLength(1);
      const before = types.slice(0, types.indexOf('course.resized'));
      const takenBefore = before.filter((type) => type === 'student.subscribed').length;
      expect(await subscriptions()).toHaveLength(Math.max(takenBefore, 3));
    });

    it('different students of different courses do not get in each other’s way', async () => {
      await Promise.all(times(8, (index) => defined(`${index}`, 1)));
      const asked = times(8, (index) => ({ course: `${index}`, student: `student ${index}` }));
      let decisions = 0;
      const counted = {
        ...subscribe,
        decide: (...given: Parameters<typeof subscribe.decide>) => {
          decisions += 1;
          return subscribe.decide(...given);
        },
      };
      await Promise.all(asked.map((each) => execute(test.log, subscriptionDecider, each, counted, each)));
      expect(decisions).toBe(8);
    });
  });
});
