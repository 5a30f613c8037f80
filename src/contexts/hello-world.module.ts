/** The hello world: a log of integers, one context that sums them and one that multiplies them. */
import { Module } from '@nestjs/common';
import { NumbersModule } from './numbers/numbers.module.js';
import { seedIn } from './numbers/seed.js';
import { pageHtml } from './page/page-html.js';
import { ProductModule } from './product/product.module.js';
import { SumModule } from './sum/sum.module.js';

@Module({ imports: [NumbersModule, SumModule, ProductModule] })
export class HelloWorldModule {
  /** What the app shows of itself with these contexts. */
  static readonly about = {
    title: 'Leftfold',
    description: 'A log of integers, one context that sums them and one that multiplies them.',
    examples: (url: string): readonly string[] => [
      `curl -d value=5 ${url}/numbers`,
      `curl ${url}/sum`,
      `curl ${url}/product`,
    ],
  };

  static readonly page = {
    entry: new URL('./page/browser/page.js', import.meta.url),
    root: new URL('../', import.meta.url),
    html: pageHtml,
  };

  /** @throws InvalidSetting */
  static checkSettings(environment: Readonly<Record<string, string | undefined>>): void {
    seedIn(environment);
  }
}
