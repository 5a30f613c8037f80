/** The domain of the benchmarks: numbers are recorded and retracted. What `POST /numbers` does here is what any command does. */
import 'reflect-metadata';
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { z } from 'zod';
import {
  JSON_TYPE,
  JSON_UTF_8,
  commitOptions,
  refuseUnknownParameters,
  queryOf,
  readBody,
  send,
} from '../../dist/runtime/http/index.js';
import { EventLog, InvalidBody, LeftfoldModule, defineEvent } from '../../dist/runtime/index.js';

const CANONICAL_INTEGER = /^(?:0|-?[1-9]\d{0,999})$/;
const integer = z.string().regex(CANONICAL_INTEGER);

export const numberRecorded = defineEvent({
  type: 'number.recorded',
  schema: z.strictObject({ value: integer }),
  examples: [{ data: { value: '5' } }],
});

export const numberRetracted = defineEvent({
  type: 'number.retracted',
  schema: z.strictObject({
    number: z.int().min(1),
    value: integer,
    reason: z.string().min(1).max(1000),
  }),
  examples: [{ data: { number: 1, value: '5', reason: 'a slip' } }],
});

class NumbersController {
  constructor(log) {
    this.log = log;
  }

  async record(request, response) {
    refuseUnknownParameters(queryOf(request), []);
    const value = valueIn(await readBody(request, [JSON_TYPE]));
    const { first } = await this.log.append(
      [numberRecorded.create({ value })],
      commitOptions(request, { record: value }),
    );
    const headers = {
      location: `/numbers/${first}`,
      'leftfold-position': String(first),
      'content-type': JSON_UTF_8,
    };
    send(response, 201, headers, `{"position":${first},"value":"${value}"}`);
  }
}

/** The canonical decimal in `{"value": 5}`, which has no other field. */
function valueIn(body) {
  const unknown = Object.keys(body).find((name) => name !== 'value');
  const { value } = body;
  if (unknown === undefined && typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (unknown === undefined && typeof value === 'string' && CANONICAL_INTEGER.test(value)) return value;
  throw new InvalidBody([{ pointer: '#/value', detail: 'send an integer' }]);
}

// Decorators by hand: this file runs as it is.
const { prototype } = NumbersController;
Inject(EventLog)(NumbersController, undefined, 0);
Req()(prototype, 'record', 0);
Res()(prototype, 'record', 1);
Post()(prototype, 'record', Object.getOwnPropertyDescriptor(prototype, 'record'));
Controller('numbers')(NumbersController);

class NumbersModule {
  contracts = [numberRecorded, numberRetracted];
}

export const numbers = {
  module: NumbersModule,
  imports: [LeftfoldModule.forFeature({ contracts: [numberRecorded, numberRetracted] })],
  controllers: [NumbersController],
};
