/** Numbers over positions or time, drawn by uPlot, which is loaded when the first plot is shown; and as a table for who would rather read. */
import type UPlot from 'uplot';
import { useEffect, useRef, useState } from 'preact/hooks';
import { plotOptions, toColumns, type PlotPoint } from '../plotted.js';
import { ProblemNotice } from './problem.js';
import { timeText } from './time.js';

interface Props {
  /** What is drawn, for who does not see it. */
  readonly label: string;
  /** What the numbers are, as in `a second`. */
  readonly series: string;
  /** By ascending x; null where there is no number. */
  readonly points: readonly PlotPoint[];
  /** Whether x is a time, in seconds since 1970; otherwise it is a position. Default: false. */
  readonly isTime?: boolean;
  readonly height?: number;
  /** An x that is marked by a line. */
  readonly mark?: number;
  /** Told the x of the point that is clicked. */
  readonly pick?: (x: number) => void;
}

/** So many of the last points stand in the table. */
const MAX_ROWS = 100;

export function Plot(props: Props): preact.JSX.Element {
  const { label, points, pick } = props;
  const [error, setError] = useState<unknown>();
  return (
    <div class={`plot stack ${pick === undefined ? '' : 'is-picked'}`}>
      {error === undefined ? <Drawn {...props} fail={setError} /> : <ProblemNotice error={error} />}
      <AsTable {...props} key={label} />
      {points.length === 0 && <p class="quiet">There is nothing to draw yet.</p>}
    </div>
  );
}

function Drawn({
  label,
  series,
  points,
  isTime = false,
  height = 200,
  mark,
  pick,
  fail,
}: Props & { readonly fail: (error: unknown) => void }): preact.JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | undefined>(undefined);
  const latest = useRef({ points, mark, pick });
  latest.current = { points, mark, pick };
  const scheme = useScheme();

  useEffect(() => {
    const { current: element } = place;
    if (element === null) return undefined;
    let isGone = false;
    const draw = async (): Promise<void> => {
      const { default: Drawing } = await import('uplot');
      if (isGone) return;
      const options = plotOptions({
        series,
        isTime,
        size: { width: element.clientWidth, height },
        style: getComputedStyle(element),
        mark: () => latest.current.mark,
        pick: (x) => latest.current.pick?.(x),
      });
      plot.current = new Drawing(options, toColumns(latest.current.points), element);
    };
    draw().catch(fail);
    const resized = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height });
    });
    resized.observe(element);
    return () => {
      isGone = true;
      resized.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [series, isTime, height, scheme]);

  useEffect(() => {
    plot.current?.setData(toColumns(points));
  }, [points]);
  useEffect(() => {
    plot.current?.redraw(false);
  }, [mark]);

  return <div class="canvas" ref={place} role="img" aria-label={label} />;
}

function AsTable({ series, points, isTime = false }: Props): preact.JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>As a table</summary>
      {isOpen && (
        <div class="short" tabIndex={0} role="group" aria-label="Table">
          <table>
            <thead>
              <tr>
                <th scope="col">{isTime ? 'Time' : 'Position'}</th>
                <th scope="col" class="number">
                  {series}
                </th>
              </tr>
            </thead>
            <tbody>
              {points.slice(-MAX_ROWS).map(({ x, y }) => (
                <tr key={x}>
                  <td>{isTime ? timeText(new Date(x * 1000).toISOString()) : x.toLocaleString('en')}</td>
                  <td class="number">{y === null ? '–' : y.toLocaleString('en')}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {points.length > MAX_ROWS && <p class="quiet">These are the last {MAX_ROWS} points.</p>}
        </div>
      )}
    </details>
  );
}

/** What is drawn on a canvas does not change its colours by itself. */
function useScheme(): boolean {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const follow = (): void => {
      setDark(query.matches);
    };
    query.addEventListener('change', follow);
    return () => {
      query.removeEventListener('change', follow);
    };
  }, []);
  return isDark;
}
