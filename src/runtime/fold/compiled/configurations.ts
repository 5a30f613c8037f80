/** The configurations of a machine, each created once and found by its nodes or by the value of a state. */
import type { StateValue } from '../fold-state.js';
import type { Chart, Node } from './chart.js';
import { Configuration } from './configuration.js';

/** Then the cache is cleared: parallel regions multiply, and a machine can have more configurations than fit in memory. */
const MAX_CONFIGURATIONS = 10_000;

export class Configurations {
  readonly #byNodes = new Map<string, Configuration>();
  /** Strings are found by value, objects by identity. */
  readonly #byValue = new Map<StateValue, Configuration>();
  /** Mostly the next step begins in the same state: 102 instead of 109 ns a step (`fold-in-memory`). */
  #last: { readonly value: StateValue; readonly at: Configuration } | undefined;

  constructor(private readonly chart: Chart) {}

  /** With these nodes active, which became active in this order. */
  withNodes(nodes: readonly Node[]): Configuration {
    const key = nodes.map(({ order }) => order).join();
    return this.#byNodes.get(key) ?? remember(this.#byNodes, key, this.#create(nodes));
  }

  /** The same for equal values, so that a step does not depend on how the state came about: folded here or read from a snapshot. */
  forValue(value: StateValue): Configuration {
    if (this.#last?.value === value) return this.#last.at;
    const at = this.#byValue.get(value) ?? remember(this.#byValue, value, this.#restore(value));
    this.#last = { value, at };
    return at;
  }

  #create(nodes: readonly Node[]): Configuration {
    return new Configuration(nodes, this.chart.root, (reached) => this.withNodes(reached));
  }

  #restore(value: StateValue): Configuration {
    const { root } = this.chart;
    return this.withNodes([root, ...below(root, this.chart.nodesIn(value))]);
  }
}

/** In the order in which XState restores them: all children of a node before their descendants. */
function below(node: Node, active: ReadonlySet<Node>): readonly Node[] {
  const children = node.children.filter((child) => active.has(child));
  return [...children, ...children.flatMap((child) => below(child, active))];
}

function remember<Key>(known: Map<Key, Configuration>, key: Key, created: Configuration): Configuration {
  if (known.size === MAX_CONFIGURATIONS) known.clear();
  known.set(key, created);
  return created;
}
