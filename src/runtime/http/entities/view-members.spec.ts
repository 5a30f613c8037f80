import { z } from 'zod';
import type { ViewSchema } from '../../projection/define-projection.js';
import { viewMembers } from './view-members.js';

const membersOf = (viewSchema?: ViewSchema): readonly string[] | undefined =>
  viewMembers({ http: viewSchema === undefined ? {} : { viewSchema }, index: { total: 'number' } });

const open = z.object({ status: z.literal('open'), total: z.int() });
const paid = z.strictObject({ status: z.literal('paid'), by: z.string().optional() });

describe('the members of a view', () => {
  it.each([
    ['an object', open, ['status', 'total']],
    ['an object with none', z.object({}), ['total']],
    ['a union', z.union([open, paid]), ['status', 'total', 'by']],
    ['a discriminated union', z.discriminatedUnion('status', [open, paid]), ['status', 'total', 'by']],
    ['an intersection', z.intersection(open, z.object({ note: z.string() })), ['status', 'total', 'note']],
  ])('are those of %s and of the index', (_, schema, members) => {
    expect(membersOf(schema)).toEqual(members);
  });

  it.each([
    ['no schema', undefined],
    ['an open object', z.looseObject({ status: z.string() })],
    ['a record', z.record(z.string(), z.int())],
    ['a union with an open object', z.union([open, z.looseObject({})])],
    ['anything', z.any()],
  ])('are not known of %s', (_, schema) => {
    expect(membersOf(schema)).toBeUndefined();
  });
});
