/** The layout of a graph, for a component: computed again when another graph is drawn. */
import { useEffect, useState } from 'preact/hooks';
import { layOut, type Graph, type PlacedGraph } from './layout.js';

export interface Placing {
  readonly placed?: PlacedGraph;
  readonly error?: unknown;
}

/** @param key equal for equal graphs */
export function usePlaced(key: string, graph: Graph): Placing {
  const [state, setState] = useState<Placing & { readonly key: string }>({ key });
  useEffect(() => {
    let isGone = false;
    layOut(graph).then(
      (placed) => {
        if (!isGone) setState({ key, placed });
      },
      (error: unknown) => {
        if (!isGone) setState({ key, error });
      },
    );
    return () => {
      isGone = true;
    };
  }, [key]);
  return state.key === key ? state : {};
}
