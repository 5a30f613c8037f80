/** Decides what may happen to one number, which is named after the position that it was recorded at. */
import { Problem, defineDecider, tag, type Command, type Position } from '../../runtime/index.js';
import { numberMachine, type NumberContext } from './number.machine.js';
import { numberRecorded, numberRetracted } from './numbers.events.js';

export class NumberNotFound extends Problem {
  constructor(given: string) {
    const detail = `There is no number at position ${given}; a number is named by the position that recording it answered with.`;
    super('not-found', 'number-not-found', 'There is no such number', detail, {
      faults: [{ parameter: 'position', detail }],
    });
  }
}

export class NumberAlreadyRetracted extends Problem {
  constructor(number: Position, { retraction }: NumberContext) {
    const detail = `The number at position ${number} was retracted at position ${retraction?.position ?? '?'}; that is final.`;
    super('conflict', 'number-already-retracted', 'The number is already retracted', detail, {
      faults: [{ parameter: 'position', detail }],
    });
  }
}

export const numberDecider = defineDecider({
  name: 'number',
  machine: numberMachine,
  consumes: [numberRecorded, numberRetracted],
  subject: (number: Position) => ({ query: [{ tags: [tag(`number:${number}`)] }], origin: number }),
  refusal: ({ value, context }, number) =>
    value === 'retracted' ? new NumberAlreadyRetracted(number, context) : new NumberNotFound(String(number)),
});

export interface Retraction {
  readonly number: Position;
  readonly reason: string;
}

export const retract: Command<NumberContext, Retraction> = {
  records: numberRetracted,
  decide: ({ context }, { number, reason }) => [
    numberRetracted.create({ number, value: context.recorded?.value ?? '', reason }, [
      tag(`number:${number}`),
    ]),
  ],
};
