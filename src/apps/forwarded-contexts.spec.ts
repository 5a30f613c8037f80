/** Paths of contexts: which are the runtime's own. */
import { Controller, Get, Module, type Type } from '@nestjs/common';
import { PATHS } from '../runtime/http/kernel/paths.js';
import { PathTaken, requireOwnPaths } from './forwarded-contexts.js';

/** A context with one controller, whose path and that of its handler are these. */
function contextAt(path: string, handler: string): Type {
  @Controller(path)
  class OrdersController {
    @Get(handler)
    all(): void {
      // Answered by nothing: only its path counts.
    }
  }
  @Module({ controllers: [OrdersController] })
  class OrdersModule {}
  return OrdersModule;
}

describe('a context', () => {
  it.each(Object.values(PATHS))('with a controller at /%s is refused in one sentence', (path) => {
    for (const [controller, handler] of [
      [path, ''],
      [`/${path}/orders`, ''],
      ['', path],
      ['', `${path}/:order`],
    ] as const) {
      const refuse = (): void => {
        requireOwnPaths([contextAt(controller, handler)]);
      };
      expect(refuse).toThrow(PathTaken);
      expect(refuse).toThrow(`context orders: /${path} is where the runtime serves its own`);
    }
  });

  it('that is made of one with such a path is refused, too', () => {
    @Module({ imports: [contextAt('commits', '')] })
    class ShopModule {}
    expect(() => {
      requireOwnPaths([ShopModule]);
    }).toThrow('/commits is where the runtime serves its own');
  });

  it.each(['orders', 'events-of-orders', 'push', 'state'])('may have a controller at /%s', (path) => {
    expect(() => {
      requireOwnPaths([contextAt(path, ''), contextAt('', path)]);
    }).not.toThrow();
  });
});
