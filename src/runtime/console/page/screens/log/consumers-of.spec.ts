/** Who folds an event, as the application's model tells. */
import { consumersOf, type ModelOfConsumers } from './consumers-of.js';

const model: ModelOfConsumers = {
  contexts: [
    {
      projections: [
        { name: 'sum', consumes: ['number.recorded', 'number.retracted'] },
        { name: 'other', consumes: ['order.placed'] },
      ],
      entityProjections: [{ name: 'list', consumes: ['number.*'] }],
      readModels: [{ name: 'rows', consumes: ['*'] }],
    },
  ],
};

it.each([
  [['number.recorded'], ['sum', 'list', 'rows']],
  [['numbers.recorded'], ['rows']],
  [
    ['order.placed', 'number.retracted'],
    ['sum', 'other', 'list', 'rows'],
  ],
])('%j is folded by %j', (types, names) => {
  expect(consumersOf(model, types).map(({ name }) => name)).toEqual(names);
});
