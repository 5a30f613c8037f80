import { recorded, retracted } from '../../../test/hello-world/support/number-events.js';
import { allows } from '../../runtime/command/decider.js';
import { position, tag } from '../../runtime/event-log/event.js';
import { NumberAlreadyRetracted, NumberNotFound, numberDecider } from './number.decider.js';
import { numberRetracted } from './numbers.events.js';

const {
  fold,
  commands: { retract },
} = numberDecider;
const seven = position(7);
const unknown = fold.initial;
const recordedFive = fold.step(unknown, recorded(5, 7));
const retractedFive = fold.step(recordedFive, retracted(5, { number: 7, at: 9 }));

describe('a number as the subject of a command', () => {
  it('is what stands at its position, and what is tagged with it', () => {
    expect(numberDecider.subject(seven)).toEqual({ query: [{ tags: [tag('number:7')] }], origin: 7 });
  });
});

describe('retracting', () => {
  it.each([
    ['an unknown number', unknown, false],
    ['a recorded number', recordedFive, true],
    ['a retracted number', retractedFive, false],
  ])('%s: allowed or not', (_, state, isAllowed) => {
    expect(allows(numberDecider, state, retract)).toBe(isAllowed);
  });

  it('records a retraction that carries the value, and is tagged with the number', () => {
    expect(retract.decide(recordedFive, { reason: 'mistyped' }, seven)).toEqual({
      type: 'number.retracted',
      data: { number: 7, value: '5', reason: 'mistyped' },
      tags: [tag('number:7')],
    });
  });

  it('of an unknown number is refused: it is not found', () => {
    const refusal = numberDecider.refusal(unknown, seven, numberRetracted);
    expect(refusal).toBeInstanceOf(NumberNotFound);
    expect(refusal).toMatchObject({ kind: 'not-found', type: 'urn:leftfold:problem:number-not-found' });
    expect(refusal.faults).toEqual([expect.objectContaining({ parameter: 'position' })]);
    expect(refusal.detail).toContain('position 7');
  });

  it('of a retracted number is refused: it conflicts with the retraction, which is named', () => {
    const refusal = numberDecider.refusal(retractedFive, seven, numberRetracted);
    expect(refusal).toBeInstanceOf(NumberAlreadyRetracted);
    expect(refusal).toMatchObject({
      kind: 'conflict',
      type: 'urn:leftfold:problem:number-already-retracted',
    });
    expect(refusal.detail).toBe('The number at position 7 was retracted at position 9; that is final.');
  });
});
