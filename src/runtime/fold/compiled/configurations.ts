/** The configurations of a machine, each made once: by what is active, and by the value of a state. */
import type { StateValue } from '../fold-state.js';
import type { Chart, Node } from './chart.js';
import { Configuration } from './configuration.js';

/** As many are kept. With many parallel regions there are more than there is memory for, and few of them come again. */
const MAX_CONFIGURATIONS = 10_000;

export class Configurations {
  readonly #byNodes = new Map<string, Configuration>();
  /** Values are known by what they are when they are names, else by which object. */
  readonly #byValue = new Map<StateValue, Configuration>();
  /** What was asked for last is mostly asked for next. */
  #last: { readonly value: StateValue; readonly at: Configuration } | undefined;

  constructor(private readonly chart: Chart) {}

  /** With these nodes active, in this order. */
  of(nodes: readonly Node[]): Configuration {
    const key = nodes.map(({ order }) => order).join();
    return this.#byNodes.get(key) ?? remember(this.#byNodes, key, this.#made(nodes));
  }

  /**
   * Where a step from a state of this value begins: the same whether it was just folded or comes out of a snapshot, and
   * whatever was entered first to get there.
   */
  at(value: StateValue): Configuration {
    if (this.#last?.value === value) return this.#last.at;
    const at = this.#byValue.get(value) ?? remember(this.#byValue, value, this.#restored(value));
    this.#last = { value, at };
    return at;
  }

  #made(nodes: readonly Node[]): Configuration {
    return new Configuration(nodes, this.chart.root, (reached) => this.of(reached));
  }

  #restored(value: StateValue): Configuration {
    const { root } = this.chart;
    return this.of([root, ...below(root, this.chart.activeIn(value))]);
  }
}

/** In the order in which XState restores them: the children of a node before all that is below these. */
function below(node: Node, active: ReadonlySet<Node>): readonly Node[] {
  const children = node.children.filter((child) => active.has(child));
  return [...children, ...children.flatMap((child) => below(child, active))];
}

function remember<Key>(known: Map<Key, Configuration>, key: Key, made: Configuration): Configuration {
  if (known.size === MAX_CONFIGURATIONS) known.clear();
  known.set(key, made);
  return made;
}
