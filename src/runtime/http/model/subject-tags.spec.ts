/** The tags of subjects and entities, with the place of the id in braces. */
import { createMachine } from 'xstate';
import { z } from 'zod';
import { defineDecider } from '../../command/decider.js';
import { positionIds } from '../../command/subject-ids.js';
import { defineEvent } from '../../event-log/contracts/event-contract.js';
import { tag } from '../../event-log/event.js';
import { Problem } from '../kernel/problem.js';
import { subjectTags } from './subject-tags.js';

const noted = defineEvent({ type: 'note.made', schema: z.strictObject({}) });
const refused = new Problem('not-found', 'no-note', 'There is no note', 'There is no such note.');
const given = {
  name: 'note',
  machine: createMachine({ initial: 'new', states: { new: { on: { 'note.made': 'made' } }, made: {} } }),
  consumes: [noted],
  commands: {},
  refusal: () => refused,
};

describe('the tags of a subject', () => {
  it('are those of its events, with the id in braces', () => {
    const decider = defineDecider({
      ...given,
      subject: (id: string) => [tag(`note:${id}`), tag(`owner-of:${id}`)],
    });
    expect(subjectTags(decider)).toEqual(['note:{id}', 'owner-of:{id}']);
  });

  it('have the position that names it', () => {
    const decider = defineDecider({
      ...given,
      ids: positionIds(() => refused),
      subject: (at) => ({ query: [{ tags: [tag(`note:${at}`)] }], origin: at }),
    });
    expect(subjectTags(decider)).toEqual(['note:{position}']);
  });

  it.each<[string, (id: string) => ReturnType<typeof tag>[]]>([
    ['one has no id in it', () => [tag('notes')]],
    ['an id is made into another text', (id) => [tag(`note:${encodeURIComponent(id)}`)]],
    [
      'an id is of a certain form',
      (id) => {
        if (!/^\d+$/.test(id)) throw new Error('a number');
        return [tag(`note:${id}`)];
      },
    ],
  ])('are not told where %s', (_, subject) => {
    expect(subjectTags(defineDecider({ ...given, subject }))).toBeUndefined();
  });

  it('are not told where several queries are about it', () => {
    const decider = defineDecider({
      ...given,
      subject: (id: string) => ({ query: [{ tags: [tag(`a:${id}`)] }, { tags: [tag(`b:${id}`)] }] }),
    });
    expect(subjectTags(decider)).toBeUndefined();
  });
});
