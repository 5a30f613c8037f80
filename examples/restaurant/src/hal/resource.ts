/** A row of the table that says what is served: where, what is shown there, and which commands there are. */
import type { EntityProjectionDefinition } from 'leftfold';
import type { HalCommand } from './commands.js';

export interface Named {
  readonly of: EntityProjectionDefinition;
  /** What it is called where there is none: `Menu item` not found. */
  readonly name: string;
}

export interface Resource extends Named {
  /** As in `orders/:order/orderItems`. Without `list`, the last parameter names what is shown. */
  readonly path: string;
  /** What the things of a list are called, where each is found, and which are in it: by members of the index, a parameter as `:order`. */
  readonly list?: {
    readonly rel: string;
    readonly item: string;
    readonly where?: Readonly<Record<string, string>>;
  };
  /** The thing that the first parameter names, where another is shown. The commands are about it. */
  readonly within?: Named & {
    /** Its member that names what is shown. */
    readonly names?: string;
    /** The member of what is shown that names it. */
    readonly namedBy?: string;
  };
  readonly commands?: Readonly<Record<string, HalCommand>>;
  /** Paths of what belongs to it. */
  readonly links?: Readonly<Record<string, string>>;
}
