/** What can be done with a number, which is named after the position that it was recorded at: record it, retract it, look at it. */
import { z } from 'zod';
import { Problem, defineDecider, position, positionIds, tag, type Position } from '../../runtime/index.js';
import { apiTime } from '../../runtime/http/index.js';
import { numbersBody, reasonBody, retractionBody } from './number-body.js';
import { numberMachine, type NumberContext } from './number.machine.js';
import { integer, numberRecorded, numberRetracted } from './numbers.events.js';

export class NumberNotFound extends Problem {
  constructor(given: string) {
    const detail = `There is no number at position ${given}; a number is named by the position that recording it answered with.`;
    super('not-found', 'number-not-found', 'There is no such number', detail, {
      faults: [{ parameter: 'position', detail }],
    });
  }
}

export class NumberAlreadyRetracted extends Problem {
  constructor(number: Position, { retraction }: Pick<NumberContext, 'retraction'>) {
    const detail = `The number at position ${number} was retracted at position ${retraction?.position ?? '?'}; that is final.`;
    super('conflict', 'number-already-retracted', 'The number is already retracted', detail, {
      faults: [{ parameter: 'position', detail }],
    });
  }
}

const at = z.int().min(1);
const value = integer.meta({ description: 'In canonical decimal', example: '5' });
const retraction = { position: 2, time: '', reason: '' };

export const numberDecider = defineDecider({
  name: 'number',
  machine: numberMachine,
  consumes: [numberRecorded, numberRetracted],
  subject: (number: Position) => ({ query: [{ tags: [tag(`number:${number}`)] }], origin: number }),
  ids: positionIds((given) => new NumberNotFound(given)),
  commands: {
    record: {
      summary: 'Record one number, or up to 10,000 in one commit',
      input: z.strictObject({ value }).meta({ title: 'NumberForm' }),
      examples: [{ value: '5' }],
      records: numberRecorded,
      decide: (_state, number) => numberRecorded.create(number),
      http: {
        operationId: 'recordNumbers',
        body: numbersBody,
        many: true,
        forms: true,
        answer: ({ commit: { first, last }, many, inputs: [number] }) =>
          many ? { first, last } : { position: first, value: number?.value ?? '' },
        answerSchema: z.union([
          z.object({ position: at, value }).meta({ title: 'RecordedNumber' }),
          z.object({ first: at, last: at }).meta({ title: 'RecordedNumbers' }),
        ]),
        fingerprint: ({ many, inputs }) => {
          const values = inputs.map((number) => number.value);
          return { record: many ? { many, values } : { many, value: values[0] ?? '' } };
        },
      },
    },
    retract: {
      summary: 'Retract a number, for good',
      input: reasonBody,
      examples: [{ reason: 'a slip' }],
      records: numberRetracted,
      decide: ({ context }, { reason }, number) =>
        numberRetracted.create({ number, value: context.recorded?.value ?? '', reason }, [
          tag(`number:${number}`),
        ]),
      http: {
        path: 'retraction',
        body: retractionBody,
        forms: true,
        answer: ({ commit, ids: [number = 0], inputs: [input] }) => ({
          position: commit.last,
          number,
          reason: input?.reason ?? '',
        }),
        answerSchema: z
          .object({ position: at, number: at, reason: z.string() })
          .meta({ title: 'RecordedRetraction' }),
        fingerprint: ({ ids: [number = 0], inputs: [input] }) => ({
          retract: number,
          reason: input?.reason ?? '',
        }),
      },
    },
  },
  http: {
    path: 'numbers',
    view: ({ value, context }, number) => ({
      position: number,
      ...context.recorded,
      state: value,
      ...(context.retraction && { retraction: context.retraction }),
    }),
    viewSchema: z.object({
      position: at,
      value,
      time: apiTime,
      state: z.enum(['recorded', 'retracted']),
      retraction: z.object({ position: at, time: apiTime, reason: z.string() }).optional(),
    }),
  },
  refusal: ({ value, context }, number) =>
    value === 'retracted' ? new NumberAlreadyRetracted(number, context) : new NumberNotFound(String(number)),
  problems: [new NumberAlreadyRetracted(position(1), { retraction })],
});
