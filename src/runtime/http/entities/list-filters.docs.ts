/** OpenAPI of what a list can be filtered by. */
import { z } from 'zod';
import type { IndexKind } from '../../projection/entities/index-kinds.js';
import { apiTime } from '../kernel/api-docs.js';
import type { Schema } from '../kernel/api-schema.js';

const VALUES: Readonly<Record<IndexKind, Schema>> = {
  text: z.string(),
  integer: z.string(),
  decimal: z.string(),
  number: z.number(),
  boolean: z.boolean(),
  time: apiTime,
};

const WORDS = { gt: 'greater than', gte: 'at least', lt: 'less than', lte: 'at most' } as const;

/** A parameter for each member that is indexed, and for each comparison of it. */
export function filters(index: Readonly<Record<string, IndexKind>>): Readonly<Record<string, Schema>> {
  const described = Object.entries(index).flatMap(([member, kind]) => [
    [
      member,
      VALUES[kind].describe(`Only those whose ${member} is this; may be given several times`).optional(),
    ],
    ...(['gt', 'gte', 'lt', 'lte'] as const).map((name) => [
      `${member}.${name}`,
      VALUES[kind].describe(`Only those whose ${member} is ${WORDS[name]} this`).optional(),
    ]),
  ]);
  return Object.fromEntries(described) as Readonly<Record<string, Schema>>;
}
