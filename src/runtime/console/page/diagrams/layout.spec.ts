/** What the layout of a diagram promises to those who draw it. */
import { layOut, type Box, type PlacedGraph } from './layout.js';

const size = { width: 60, height: 30 };
const label = { width: 80, height: 16 };

function box({ nodes }: PlacedGraph, id: string): Box {
  return nodes.get(id) ?? { x: NaN, y: NaN, width: NaN, height: NaN };
}

const contains = (outer: Box, inner: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

describe('the layout of a diagram', () => {
  it('nests children within their parents, whole edges and labels within the diagram', async () => {
    const placed = await layOut({
      direction: 'right',
      nodes: [
        { id: 'a', size },
        {
          id: 'b',
          size,
          headHeight: 30,
          children: [
            { id: 'b1', size },
            { id: 'b2', size },
          ],
        },
      ],
      edges: [
        { id: 'in', from: 'a', to: 'b2', label },
        { id: 'within', from: 'b1', to: 'b2', label },
        { id: 'loop', from: 'b', to: 'b', label },
        { id: 'loop of a leaf', from: 'a', to: 'a', label },
        { id: 'to what it is in', from: 'b1', to: 'b', label },
        { id: 'to what is in it', from: 'b', to: 'b1', label },
      ],
    });
    expect(contains(box(placed, 'b'), box(placed, 'b1'))).toBe(true);
    expect(contains(box(placed, 'b'), box(placed, 'b2'))).toBe(true);
    expect(contains({ x: 0, y: 0, ...placed }, box(placed, 'a'))).toBe(true);
    for (const { points, label: at } of placed.edges.values()) {
      expect(points.length).toBeGreaterThanOrEqual(2);
      expect(at && contains({ x: 0, y: 0, ...placed }, at)).toBe(true);
    }
    expect(placed.edges.size).toBe(6);
  });

  it('lets lower ranks stand before higher ones, against the edges', async () => {
    const placed = await layOut({
      direction: 'right',
      nodes: [
        { id: 'late', size, rank: 2 },
        { id: 'early', size, rank: 1 },
      ],
      edges: [{ id: 'back', from: 'late', to: 'early' }],
    });
    expect(box(placed, 'early').x).toBeLessThan(box(placed, 'late').x);
  });

  it('is the same each time', async () => {
    const graph = {
      direction: 'down' as const,
      nodes: ['a', 'b', 'c', 'd'].map((id) => ({ id, size })),
      edges: ['ab', 'ac', 'bd', 'cd', 'da'].map((id) => ({
        id,
        from: id.slice(0, 1),
        to: id.slice(1),
        label,
      })),
    };
    expect(await layOut(graph)).toEqual(await layOut(graph));
  });

  it('refuses an edge to a node that there is not', async () => {
    await expect(
      layOut({ direction: 'down', nodes: [{ id: 'a', size }], edges: [{ id: 'e', from: 'a', to: 'z' }] }),
    ).rejects.toThrow(/z/);
  });
});
