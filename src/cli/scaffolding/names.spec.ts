import { camel, pascal, requireEventType, requireName, singular } from './names.js';

describe('names of what is generated', () => {
  it.each([
    ['orders', 'order'],
    ['entries', 'entry'],
    ['boxes', 'box'],
    ['addresses', 'address'],
    ['address', 'address'],
    ['menu', 'menu'],
    ['menu-items', 'menu-item'],
  ])('%s is the plural of %s', (plural, expected) => {
    expect(singular(plural)).toBe(expected);
  });

  it('become names of types and variables', () => {
    expect(pascal('menu-item')).toBe('MenuItem');
    expect(camel('menu-item.price-changed')).toBe('menuItemPriceChanged');
  });

  it.each([
    '',
    'Order',
    'order!',
    '-order',
    'order-',
    'order--item',
    '1order',
    '../order',
    'a'.repeat(51),
    'default',
  ])('refuses %j, and says what would be right', (name) => {
    expect(() => requireName('decider', name)).toThrow(/for example order/);
  });

  it.each(['', 'order', 'Order.Placed', 'order.', '.placed', 'order.placed.twice', 'order placed'])(
    'refuses %j as the type of an event, and says what would be right',
    (type) => {
      expect(() => requireEventType(type)).toThrow(/for example order\.placed/);
    },
  );

  it('leaves the types of the runtime to it', () => {
    expect(() => requireEventType('leftfold.skipped')).toThrow('the runtime’s own');
  });
});
