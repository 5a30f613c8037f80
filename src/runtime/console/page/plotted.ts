/** How a plot is drawn: its axes, colours and marks. */
import type UPlot from 'uplot';

export interface PlotPoint {
  /** A position, or seconds since 1970. */
  readonly x: number;
  readonly y: number | null;
}

export interface PlotSettings {
  readonly series: string;
  readonly isTime: boolean;
  readonly size: { readonly width: number; readonly height: number };
  /** Of the element that it stands in; its colour is that of the line. */
  readonly style: CSSStyleDeclaration;
  readonly mark: () => number | undefined;
  readonly pick: (x: number) => void;
}

export function toColumns(points: readonly PlotPoint[]): [number[], (number | null)[]] {
  return [points.map(({ x }) => x), points.map(({ y }) => y)];
}

export function plotOptions({ series, isTime, size, style, mark, pick }: PlotSettings): UPlot.Options {
  const colour = (name: string): string => resolved(style, name);
  const axis: UPlot.Axis = {
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1, size: 4 },
    font: `12px ${style.fontFamily}`,
  };
  const shortNumber = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 });
  return {
    ...size,
    scales: { x: { time: isTime } },
    axes: [
      { ...axis, ...(!isTime && { values: (_, ticks) => ticks.map(wholeNumber) }) },
      { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => shortNumber.format(tick)) },
    ],
    series: [
      { label: isTime ? 'Time' : 'Position' },
      {
        label: series,
        stroke: style.color,
        width: 2,
        points: { size: 5 },
        value: (_, value: number | null) => value?.toLocaleString('en') ?? '–',
      },
    ],
    cursor: { drag: { x: false, y: false } },
    legend: { live: true },
    hooks: {
      draw: [
        (plot) => {
          drawMark(plot, mark(), colour('--lit'));
        },
      ],
      ready: [
        (plot) => {
          plot.over.addEventListener('click', () => {
            const { idx } = plot.cursor;
            const x = typeof idx === 'number' ? plot.data[0][idx] : undefined;
            if (x !== undefined) pick(x);
          });
        },
      ],
    },
  };
}

/** Between two positions there is nothing. */
function wholeNumber(tick: number): string {
  return Number.isInteger(tick) ? tick.toLocaleString('en') : '';
}

function drawMark(plot: UPlot, at: number | undefined, colour: string): void {
  if (at === undefined) return;
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(at, 'x', true));
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** A canvas knows neither variables nor `light-dark()`. */
function resolved(style: CSSStyleDeclaration, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color === '' ? style.color : color;
}
