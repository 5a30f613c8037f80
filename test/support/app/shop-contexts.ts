/** The context of the shop, as workers and the program import it. */
import { ShopModule } from './shop.js';

export const contexts = [ShopModule];
