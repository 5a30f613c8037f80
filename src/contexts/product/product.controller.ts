/** The product as text: the hello-world protocol’s line, and the exact value however long it is. */
import { Controller, Get, Req, Res } from '@nestjs/common';
import { InjectProjection, Projection } from '../../runtime/index.js';
import { ApiTextQuery, answerQuery, type HttpRequest, type HttpResponse } from '../../runtime/http/index.js';
import { productIn, type ProductContext } from './product.machine.js';
import { product, shownProduct } from './product.projection.js';

const TEXT = 'text/plain; charset=utf-8';

@Controller('product')
export class ProductController {
  constructor(@InjectProjection(product) private readonly projection: Projection<ProductContext>) {}

  @Get('state')
  @ApiTextQuery('product', 'The product as one line of text', '\nmultiplier state: 2\n')
  state(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
    return answerQuery(this.projection, request, response, {
      type: TEXT,
      body: ({ state }) => {
        const shown = shownProduct(state.context);
        return `\nmultiplier state: ${typeof shown === 'string' ? shown : shown.approximate}\n`;
      },
    });
  }

  @Get('value')
  @ApiTextQuery('product', 'The exact product in decimal, however long', '2')
  value(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
    return answerQuery(this.projection, request, response, {
      type: TEXT,
      body: ({ state }) => String(productIn(state.context)),
    });
  }
}
