/** The product as text: the hello-world protocol’s line, and the exact value however long it is. */
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiTextQuery } from '../../runtime/http/projections/projection.docs.js';
import { answered, type QueryRequest } from '../../runtime/http/projections/query.js';
import { InjectProjection } from '../../runtime/projection/inject-projection.js';
import { Projection } from '../../runtime/projection/projection.js';
import { productIn, type ProductContext } from './product.machine.js';
import { product, shownProduct } from './product.projection.js';

const TEXT = 'text/plain; charset=utf-8';

@Controller('product')
export class ProductController {
  constructor(@InjectProjection(product) private readonly projection: Projection<ProductContext>) {}

  @Get('state')
  @ApiTextQuery('product', 'The product as one line of text', '\nmultiplier state: 2\n')
  state(
    @Req() request: FastifyRequest & QueryRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> | undefined {
    void reply.type(TEXT);
    return answered(this.projection, request, reply, ({ state }) => {
      const shown = shownProduct(state.context);
      return `\nmultiplier state: ${typeof shown === 'string' ? shown : shown.approximate}\n`;
    });
  }

  @Get('value')
  @ApiTextQuery('product', 'The exact product in decimal, however long', '2')
  value(
    @Req() request: FastifyRequest & QueryRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> | undefined {
    void reply.type(TEXT);
    return answered(this.projection, request, reply, ({ state }) => String(productIn(state.context)));
  }
}
