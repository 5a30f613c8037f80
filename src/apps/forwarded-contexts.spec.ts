/** Paths of contexts: which are the runtime's own, and which are handed over with a context. */
import { Controller, Get, Module, Post, type Type } from '@nestjs/common';
import { orderLines, relatedOrders } from '../../test/support/app/order-lines.js';
import { contexts as ordersContexts } from '../../test/support/app/orders-contexts.js';
import { PATHS } from '../runtime/http/kernel/paths.js';
import { LeftfoldModule } from '../runtime/index.js';
import { PathTaken, forwardableIn, requireOwnPaths } from './forwarded-contexts.js';

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

describe('a context that is handed over', () => {
  it('takes along the paths of its controllers, and of those that serve its commands', () => {
    @Controller('')
    class CommandsController {
      @Post('carts/:id/check-out')
      checkOut(): void {
        // Answered by nothing: only its path counts.
      }
    }
    @Module({})
    class FeatureModule {}
    @Module({
      imports: [{ module: FeatureModule, controllers: [CommandsController] }, contextAt('prices', '')],
    })
    class ShopModule {}
    expect([...(forwardableIn([ShopModule])[0]?.segments ?? [])].sort()).toEqual(['carts', 'prices']);
  });

  it('takes along its entity projections', () => {
    expect(forwardableIn(ordersContexts)).toEqual([
      {
        name: 'orders',
        projections: ['orders'],
        entityProjections: ['orders'],
        segments: new Set(['orders']),
        scopes: new Map(
          ['/orders', '/orders/:key', '/orders/:key/history', '/orders/:key/what-if'].map((path) => [
            path,
            new Map([
              ['GET', 'query:orders'],
              ['HEAD', 'query:orders'],
            ]),
          ]),
        ),
        included: new Map(),
      },
    ]);
  });

  it('takes along which projections its relations read', () => {
    @Module({
      imports: [LeftfoldModule.forFeature({ projections: [relatedOrders, orderLines], http: true })],
    })
    class OrdersModule {}
    expect(forwardableIn([OrdersModule])[0]?.included).toEqual(new Map([['lines', [orderLines.name]]]));
  });
});
