/** Rows of one height of which only those are in the page that are seen; goes on for as many as there are. */
import { useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import type { ComponentChild, RefObject } from 'preact';
import { ScrollMap, rowsSeen, type RowWindow, type Scrolled } from './scroll-map.js';

export interface ListHandle {
  /** Shows this row as the first one. */
  readonly scrollTo: (index: number) => void;
}

interface Props {
  readonly label: string;
  readonly count: number;
  readonly rowHeight: number;
  /** Grows by one with each row that is added before the first. */
  readonly newest: number;
  /** Whether rows that are added leave what is seen where it is. */
  readonly isHeld: boolean;
  readonly first: number;
  readonly handle: RefObject<ListHandle>;
  readonly row: (index: number) => ComponentChild;
  readonly keyOf: (index: number) => string | number;
  readonly onSeen: (seen: RowWindow) => void;
  /** After a moment in which nothing moves. @param isAtTop whether nothing is above the first row */
  readonly onRest: (seen: RowWindow, isAtTop: boolean) => void;
  readonly onTop: (isAtTop: boolean) => void;
}

const REST_MS = 200;
/** So many rows beside those that are seen are there, too. */
const AROUND = 8;

export function EventList(props: Props): preact.JSX.Element {
  const { label, count, rowHeight, newest, isHeld, first, handle, row, keyOf } = props;
  const element = useRef<HTMLDivElement>(null);
  const viewport = useRef(600);
  const scrolled = useRef<Scrolled>({ offset: first * rowHeight, top: 0 });
  const before = useRef({ newest, rowHeight });
  const focused = useRef<string>();
  const rest = useRef<ReturnType<typeof setTimeout>>();
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  const latest = useRef(props);
  latest.current = props;

  const map = new ScrollMap(count * rowHeight, viewport.current);
  if (before.current.rowHeight !== rowHeight || before.current.newest !== newest) {
    const { offset } = scrolled.current;
    const rows = offset / before.current.rowHeight;
    const added = isHeld || offset > 0 ? newest - before.current.newest : 0;
    scrolled.current = map.at(Math.max(0, rows + added) * rowHeight);
    before.current = { newest, rowHeight };
  }
  const at = { viewport: viewport.current, rowHeight, count };
  const seen = rowsSeen(scrolled.current, at);

  const place = (to: Scrolled): void => {
    scrolled.current = to;
    if (element.current === null) return;
    element.current.scrollTop = to.top;
    scrolled.current = { offset: to.offset, top: element.current.scrollTop };
  };
  const currentMap = (): ScrollMap => new ScrollMap(latest.current.count * latest.current.rowHeight, viewport.current);
  const rested = (): void => {
    place(currentMap().at(scrolled.current.offset));
    const { onRest } = latest.current;
    onRest(rowsSeen(scrolled.current, { ...at, ...latest.current, viewport: viewport.current }), scrolled.current.offset === 0);
    redraw(undefined);
  };
