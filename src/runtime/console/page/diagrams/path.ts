/** Edges of a diagram as SVG paths. */
import type { Point } from './layout.js';

const RADIUS = 6;
const ARROW = 7;

/** Through these points, with round corners. */
export function pathThrough(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      const after = points[index + 1];
      if (before === undefined) return `M${at(point)}`;
      if (after === undefined) return `L${at(point)}`;
      return `L${at(towards(point, before))}Q${at(point)} ${at(towards(point, after))}`;
    })
    .join('');
}

/** A triangle at the end of the edge. */
export function arrowAt(points: readonly Point[]): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (tip === undefined || before === undefined) return '';
  const length = Math.hypot(tip.x - before.x, tip.y - before.y) || 1;
  const back = { x: ((before.x - tip.x) / length) * ARROW, y: ((before.y - tip.y) / length) * ARROW };
  const side = { x: -back.y / 2, y: back.x / 2 };
  const corner = (sign: number): Point => ({
    x: tip.x + back.x + sign * side.x,
    y: tip.y + back.y + sign * side.y,
  });
  return `M${at(tip)}L${at(corner(1))}L${at(corner(-1))}Z`;
}

/** At most the radius away from a point, and no further than half of the way to the other. */
function towards(point: Point, other: Point): Point {
  const length = Math.hypot(other.x - point.x, other.y - point.y) || 1;
  const part = Math.min(RADIUS, length / 2) / length;
  return { x: point.x + (other.x - point.x) * part, y: point.y + (other.y - point.y) * part };
}

const at = ({ x, y }: Point): string => `${rounded(x)} ${rounded(y)}`;
const rounded = (value: number): string => String(Math.round(value * 100) / 100);
