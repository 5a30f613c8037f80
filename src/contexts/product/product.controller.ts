/** The product as text: the hello-world protocol’s line, and the exact value up to 200,000 digits. */
import { Controller, Get, Req, Res } from '@nestjs/common';
import { InjectProjection, Projection } from '../../runtime/index.js';
import {
  ApiTextQuery,
  Problem,
  RequireScope,
  answerQuery,
  type HttpRequest,
  type HttpResponse,
} from '../../runtime/http/index.js';
import { MAX_COMPUTED_DIGITS, isComputable, productIn, type ProductContext } from './product.machine.js';
import { product } from './product.projection.js';
import { shownProduct } from './product.view.js';

const TEXT = 'text/plain; charset=utf-8';

class ProductTooLong extends Problem {
  constructor() {
    super(
      'conflict',
      'product-too-long',
      'The product is too long to be computed',
      `Its factors have more than ${MAX_COMPUTED_DIGITS} digits together; GET /product tells its size.`,
    );
  }
}

@Controller('product')
@RequireScope('query:product')
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
  @ApiTextQuery('product', 'The exact product in decimal, up to 200,000 digits of factors', '2', [
    new ProductTooLong(),
  ])
  value(@Req() request: HttpRequest, @Res() response: HttpResponse): Promise<void> | undefined {
    return answerQuery(this.projection, request, response, {
      type: TEXT,
      body: ({ state }) => exactText(state.context),
    });
  }
}

function exactText(context: ProductContext): string {
  if (isComputable(context)) return String(productIn(context));
  throw new ProductTooLong();
}
