/** The course again, by clients that know HTTP only: read what the decision rests on, decide, append under a condition. */
import { positionIn, problemOf, type EventJson } from '../support/api.js';
import { times } from '../support/attempts.js';
import { STORES } from '../support/event-stores.js';
import { serveLog, type ServedLog } from '../support/served-log.js';
import { TemporaryFolder } from '../support/server.js';
import { MAX_COURSES, courseContracts } from './courses.js';

const ofCourse = (course: string): string => `course:${course}`;
const ofStudent = (student: string): string => `student:${student}`;

/** Everything that concerns the course, and the student's subscriptions. */
const restsOn = (course: string, student: string): readonly object[] => [
  { tags: [ofCourse(course)] },
  { types: ['student.subscribed'], tags: [ofStudent(student)] },
];

interface Page {
  readonly events: readonly EventJson[];
  readonly next?: number;
}

describe.each(STORES)('a course over HTTP and $name', (kind) => {
  let folder: TemporaryFolder;
  let served: ServedLog;

  beforeEach(async () => {
    folder = new TemporaryFolder();
    served = await serveLog(await kind.open(folder.path), courseContracts);
  });

  afterEach(async () => {
    await served.close();
    folder.remove();
  });

  const append = (event: object, condition: object): Promise<Response> =>
    served.post('/events', { events: [event], condition });

  const define = (course: string, capacity: number): Promise<Response> => {
    const event = { type: 'course.defined', data: { course, capacity }, tags: [ofCourse(course)] };
    return append(event, { query: [{ types: ['course.defined'], tags: [ofCourse(course)] }] });
  };

  /** Reads all events that match the query, a few at a time; `head` is the position up to which the result is complete. */
  const read = async (query: readonly object[]): Promise<{ events: readonly EventJson[]; head: number }> => {
    const events: EventJson[] = [];
    for (let after = 0; ;) {
      const response = await served.post('/events/query', { query, after, limit: 2 });
      const page = (await response.json()) as Page;
      events.push(...page.events);
      if (page.next === undefined) return { events, head: positionIn(response) };
      after = page.next;
    }
  };

  const subscription = (course: string, student: string): object => ({
    type: 'student.subscribed',
    data: { course, student },
    tags: [ofCourse(course), ofStudent(student)],
  });

  /** What a client does; it is told `409` when somebody was faster, and decides again. */
  const subscribe = async (course: string, student: string): Promise<string> => {
    for (;;) {
      const query = restsOn(course, student);
      const { events, head } = await read(query);
      const taken = events.filter(
        ({ type, tags }) => type === 'student.subscribed' && tags.includes(ofCourse(course)),
      );
      const courses = events.filter(({ tags }) => tags.includes(ofStudent(student)));
      const capacity = events.findLast(({ data }) => 'capacity' in data)?.data['capacity'] as number;
      if (taken.length >= capacity) return 'full';
      if (courses.length >= MAX_COURSES) return 'enough';
      const response = await append(subscription(course, student), { query, after: head });
      if (response.status === 201) return 'subscribed';
      const { position = 0 } = await problemOf(response, 409);
      expect(position).toBeGreaterThan(head);
    }
  };

  it('is defined once, by a condition without a position', async () => {
    expect((await define('maths', 3)).status).toBe(201);
    expect((await problemOf(await define('maths', 4), 409)).position).toBe(1);
    expect((await define('art', 3)).status).toBe(201);
  });

  it('gives its last place to one of many who decided at the same position', async () => {
    await define('maths', 1);
    const query = [{ tags: [ofCourse('maths')] }];
    const { head } = await read(query);
    const answers = await Promise.all(
      times(20, (index) => append(subscription('maths', `student ${index}`), { query, after: head })),
    );
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused).toHaveLength(19);
    const { events } = await read(query);
    const winner = events.find(({ type }) => type === 'student.subscribed');
    for (const answer of refused) {
      const problem = await problemOf(answer, 409);
      expect(problem.type).toBe('urn:leftfold:problem:append-condition-failed');
      expect(problem.position).toBe(winner?.position);
    }
    expect(events).toHaveLength(2);
  });

  it('takes as many students as it has places, of all who try until they know', async () => {
    await define('maths', 4);
    const outcomes = await Promise.all(times(12, (index) => subscribe('maths', `student ${index}`)));
    expect(outcomes.toSorted()).toEqual([...times(8, () => 'full'), ...times(4, () => 'subscribed')]);
    expect((await read([{ types: ['student.subscribed'] }])).events).toHaveLength(4);
  });

  it('takes a student who is in fewer than five courses, of all that the student tries at once', async () => {
    await Promise.all(times(8, (index) => define(`${index}`, 10)));
    const outcomes = await Promise.all(times(8, (index) => subscribe(`${index}`, 'ann')));
    expect(outcomes.toSorted()).toEqual([...times(3, () => 'enough'), ...times(5, () => 'subscribed')]);
  });
});
