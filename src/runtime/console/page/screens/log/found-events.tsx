/** Events that fit the filter, newest first, and how far they have been looked for. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { go, linkWith } from '../../routes.js';
import { client } from '../../server.js';
import { EventList } from './event-list.js';
import { fetchPages } from './event-pages.js';
import type { ListProps } from './list-props.js';
import { filterOf } from './log-filter.js';
import { NewEvents } from './new-events.js';
import { RowText } from './row.js';
import { Search } from './search.js';
import { SearchProgress } from './search-progress.js';
import { usePlace } from './use-place.js';
import { useRedraw } from './use-redraw.js';
import { useRowHeight } from './use-row-height.js';

/** So many rows more than are seen are looked for. */
const AHEAD = 50;

export function FoundEvents({ route, head, isPaused, opened, onTop }: ListProps): preact.JSX.Element {
  const rowHeight = useRowHeight();
  const redraw = useRedraw();
  const begin = (from: number): Search => new Search(filterOf(route), from, fetchPages(client), redraw);
  const scrollTo = useRef<(index: number) => void>(() => undefined);
  const place = usePlace(route, (at) => {
    beganAt.current = at;
    setSearch(begin(Math.min(at ?? head, head)));
    scrollTo.current(0);
  });
  /** Where somebody wanted the list to begin; undefined: at the newest event. */
  const beganAt = useRef(place.at);
  const [search, setSearch] = useState(() => begin(Math.min(place.at ?? head, head)));
  const [isAtTop, setAtTop] = useState(true);
  const { rows, upTo, added } = search.state;

  useEffect(() => {
    search.want(AHEAD);
    return () => {
      search.close();
    };
  }, [search]);
  const isFollowing = isAtTop && !isPaused && beganAt.current === undefined;
  useEffect(() => {
    if (isFollowing) search.catchUp(head).catch(() => undefined); // it is tried again when the log has grown
  }, [head, isFollowing, search]);
  useEffect(() => {
    onTop(isAtTop);
  }, [isAtTop]);

  return (
    <div class="log-view">
      <NewEvents
        count={isFollowing ? 0 : Math.max(0, head - upTo)}
        text={(count) => `Look through ${count} newer`}
        show={() => {
          if (beganAt.current !== undefined) go(linkWith(route, { at: undefined }));
          void search.catchUp(head).catch(() => undefined);
          scrollTo.current(0);
        }}
      />
      <EventList
        label="Events that fit the filter, newest first"
        count={rows.length}
        rowHeight={rowHeight}
        newest={added}
        start={0}
        scrollTo={scrollTo}
        positionAt={(index) => rows[index]?.position ?? 0}
        indexOf={(position) => rows.findIndex((row) => row.position === position)}
        row={(index) => {
          const row = rows[index];
          return row !== undefined && <RowText position={row.position} of={row} />;
        }}
        linkOf={(position) => linkWith(route, { open: position })}
        opened={opened}
        onSeen={({ last }) => {
          search.want(last + AHEAD);
        }}
        onTop={setAtTop}
        onRest={({ first }, isTop) => {
          const position = rows[first]?.position;
          if (position !== undefined) place.write(isTop ? beganAt.current : position);
        }}
      />
      <SearchProgress search={search} route={route} />
    </div>
  );
}
