/** A number of the view over the past, as a plot. It is read when somebody asks for it, since that may fold all of the log. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useAsked } from '../../asked.js';
import { numbersOf } from '../../numbers.js';
import { Plot } from '../../parts/plot.js';
import { ProblemNotice } from '../../parts/problem.js';
import { go, linkWith, type Route } from '../../routes.js';
import { withLive, type HistoryRow } from './history-row.js';
import { readHistory } from './history-rows.js';
import type { View } from './moment.js';

interface Props {
  /** Of the state. */
  readonly link: string;
  readonly route: Route;
  /** That is shown. */
  readonly position: number;
  /** From which the numbers that can be drawn are known. */
  readonly now: View | undefined;
  readonly live: (View & { readonly position: number }) | undefined;
}

export function History({ link, route, position, now, live }: Props): preact.JSX.Element {
  const members = [...numbersOf(now ?? {}).keys()].filter((name) => name !== 'position');
  const member = route.query.get('plot') ?? undefined;
  return (
    <section class="card" aria-labelledby="history-title">
      <h2 id="history-title">History</h2>
      {members.length === 0 && member === undefined ? (
        <p class="quiet">The view has no number that could be drawn.</p>
      ) : (
        <div class="row" role="group" aria-label="What is drawn">
          <span class="quiet">Draw over all of the past:</span>
          {members.map((each) => (
            <a
              key={each}
              class="button"
              aria-current={each === member ? 'true' : undefined}
              href={linkWith(route, { plot: each === member ? undefined : each })}
            >
              {each}
            </a>
          ))}
        </div>
      )}
      {member !== undefined && <Drawn key={link} {...{ link, member, route, position, live }} />}
    </section>
  );
}

function Drawn({
  link,
  member,
  route,
  position,
  live,
}: Omit<Props, 'now'> & { readonly member: string }): preact.JSX.Element {
  const history = useAsked<readonly HistoryRow[]>(`history ${link}`, (signal) => readHistory(link, signal));
  const [rows, setRows] = useState<readonly HistoryRow[]>();
  useEffect(() => {
    setRows(history.value);
  }, [history.value]);
  useEffect(() => {
    if (live !== undefined) setRows((before) => before && withLive(before, live));
  }, [live, rows === undefined]);
  const points = useMemo(
    () => (rows ?? []).map(({ position: x, numbers }) => ({ x, y: numbers.get(member) ?? null })),
    [rows, member],
  );
  if (rows === undefined)
    return history.error === undefined ? (
      <p class="quiet">Folding the past…</p>
    ) : (
      <ProblemNotice error={history.error} again={history.again} />
    );
  return (
    <Plot
      label={`${member} over the positions of the log`}
      series={member}
      points={points}
      mark={position}
      pick={(x) => {
        go(linkWith(route, { at: x }));
      }}
    />
  );
}
