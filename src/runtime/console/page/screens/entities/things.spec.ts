/** What names of the screen of entities stand for. */
import type { ModelContext, ModelDecider, ModelEntities } from '../../model.js';
import { pathOfCommand, tagsOf, thingOf, thingsOf } from './things.js';

const decider = (name: string, path?: string): ModelDecider => ({
  name,
  ids: 'text',
  tags: [`${name}:{id}`],
  consumes: [],
  states: [],
  commands: [],
  ...(path !== undefined && { path }),
});
const list = (name: string, path?: string): ModelEntities => ({
  name,
  consumes: [],
  index: [],
  hasPast: true,
  tag: `${name}-tag:{key}`,
  ...(path !== undefined && { path }),
});
const context: ModelContext = {
  name: 'Shop',
  deciders: [decider('account', '/a/accounts'), decider('number', '/numbers'), decider('hidden')],
  decisions: [],
  projections: [],
  entityProjections: [list('accounts', '/a/accounts'), list('orders', '/orders'), list('unserved')],
  readModels: [],
  records: [],
};
const model = { events: [], contexts: [context] };

describe('a thing', () => {
  it('is a list and the decider at its path in one; what is not served is none', () => {
    expect(
      thingsOf(model).map(({ name, decider: of, entities }) => [name, of?.name, entities?.name]),
    ).toEqual([
      ['accounts', 'account', 'accounts'],
      ['orders', undefined, 'orders'],
      ['number', 'number', undefined],
    ]);
  });

  it('is found by the name of its list or of its decider', () => {
    expect(thingOf(model, 'account')?.name).toBe('accounts');
    expect(thingOf(model, 'unserved')).toBeUndefined();
  });

  it('has events with the tags of its decider, or else of its list', () => {
    const tagsFor = (name: string, id: string): readonly string[] | undefined => {
      const thing = thingOf(model, name);
      return thing && tagsOf(thing, id);
    };
    expect(tagsFor('accounts', '$&')).toEqual(['account:$&']);
    expect(tagsFor('orders', 'o')).toEqual(['orders-tag:o']);
  });
});

describe('the path of a command', () => {
  it('has the id in it; what is left in braces is of its input', () => {
    const command = { name: 'change', path: '/orders/{id}/items/{item}', input: {}, records: [] };
    expect(pathOfCommand(command, 'a/b $&')).toBe('/orders/a%2Fb%20%24%26/items/{item}');
  });
});
