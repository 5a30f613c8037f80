/** Every event of the log, newest first: the row of a position is arithmetic, so one can be anywhere at once. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ProblemNotice } from '../../parts/problem.js';
import { linkWith } from '../../routes.js';
import { client } from '../../server.js';
import { EventList } from './event-list.js';
import { fetchPages } from './event-pages.js';
import type { ListProps } from './list-props.js';
import { NewEvents } from './new-events.js';
import { Positions } from './positions.js';
import { RowText } from './row.js';
import { usePlace } from './use-place.js';
import { useRedraw } from './use-redraw.js';
import { useRowHeight } from './use-row-height.js';

/** So many rows more than are seen are fetched, on each side. */
const AHEAD = 40;

export function AllEvents({ route, head, isPaused, opened, onTop }: ListProps): preact.JSX.Element {
  const rowHeight = useRowHeight();
  const redraw = useRedraw();
  const [positions] = useState(
    () =>
      new Positions(fetchPages(client), () => {
        redraw();
      }),
  );
  /** The position of the first row. It stays while one reads further down. */
  const [newest, setNewest] = useState(head);
  const scrollTo = useRef<(index: number) => void>(() => undefined);
  const place = usePlace(route, (at) => {
    const to = isPaused && at !== undefined ? newest : head;
    setNewest(to);
    scrollTo.current(at === undefined ? 0 : Math.max(0, to - at));
  });
  const start = place.at === undefined ? 0 : Math.max(0, newest - place.at);
  const [isAtTop, setAtTop] = useState(start === 0);
  const isFollowing = isAtTop && !isPaused;
  const leftAt = useRef(head);
  if (isFollowing) leftAt.current = head;

  useEffect(() => {
    if (isFollowing || head < newest) setNewest(head);
  }, [head, isFollowing]);
  useEffect(() => {
    if (isAtTop) place.write(isPaused ? newest : undefined);
  }, [isPaused]);
  useEffect(
    () => () => {
      positions.close();
    },
    [],
  );
  useEffect(() => {
    onTop(isAtTop);
  }, [isAtTop]);

  return (
    <div class="log-view">
      <NewEvents
        count={isFollowing ? 0 : head - leftAt.current}
        show={() => {
          leftAt.current = head;
          setNewest(head);
          scrollTo.current(0);
        }}
      />
      <ProblemNotice error={positions.error} />
      <EventList
        label="Events, newest first"
        count={newest}
        rowHeight={rowHeight}
        newest={newest}
        start={start}
        scrollTo={scrollTo}
        positionAt={(index) => newest - index}
        indexOf={(position) => newest - position}
        row={(index) => <RowText position={newest - index} of={positions.rowAt(newest - index)} />}
        linkOf={(position) => linkWith(route, { open: position })}
        opened={opened}
        onSeen={({ first, last }) => {
          positions.want(newest - last - AHEAD, newest - first + AHEAD, newest);
        }}
        onTop={setAtTop}
        onRest={({ first }, isTop) => {
          place.write(isTop && !isPaused ? undefined : newest - first);
          if (!isPaused) setNewest(head);
        }}
      />
    </div>
  );
}
