/** Where a long list is scrolled to, kept while it grows, is resized or moved to a row. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { RefObject } from 'preact';
import { useRedraw } from './use-redraw.js';
import { ScrollMap, rowsSeen, type RowWindow, type Scrolled } from './scroll-map.js';

export interface ScrollerOptions {
  readonly count: number;
  readonly rowHeight: number;
  /** Grows by one with each row that is added before the first. */
  readonly newest: number;
  /** Index of the first row that is seen at the beginning. */
  readonly start: number;
  /** After a moment in which nothing moves. @param isAtTop whether nothing is above the first row */
  readonly onRest: (seen: RowWindow, isAtTop: boolean) => void;
  /** Whenever it begins or ceases to be at its top. */
  readonly onTop: (isAtTop: boolean) => void;
}

export interface Scroller {
  readonly element: RefObject<HTMLDivElement | null>;
  readonly seen: RowWindow;
  /** Where the row at this index stands in the element, in pixels. */
  readonly topOf: (index: number) => number;
  readonly elementHeight: number;
  readonly onScroll: () => void;
  readonly scrollTo: (index: number) => void;
  /** Moves no more than is needed for the row to be seen. */
  readonly reveal: (index: number) => void;
}

const REST_MS = 200;

export function useScroller(options: ScrollerOptions): Scroller {
  const { count, rowHeight, newest, start } = options;
  const element = useRef<HTMLDivElement>(null);
  const viewport = useRef(600);
  const scrolled = useRef<Scrolled>({ offset: start * rowHeight, top: start * rowHeight });
  const before = useRef({ newest, rowHeight });
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wasAtTop = useRef(start === 0);
  const redraw = useRedraw();
  const latest = useRef(options);
  latest.current = options;

  const mapNow = (): ScrollMap =>
    new ScrollMap(latest.current.count * latest.current.rowHeight, viewport.current);
  const map = mapNow();

  const { newest: newestBefore, rowHeight: heightBefore } = before.current;
  if (newestBefore !== newest || heightBefore !== rowHeight) {
    const { offset } = scrolled.current;
    const added = wasAtTop.current ? 0 : newest - newestBefore;
    scrolled.current = map.at((offset / heightBefore + added) * rowHeight);
    before.current = { newest, rowHeight };
  }

  const place = (offset: number): void => {
    const to = mapNow().at(offset);
    if (element.current === null) return;
    element.current.scrollTop = to.top;
    scrolled.current = { offset: to.offset, top: element.current.scrollTop };
  };
  const tellTop = (): void => {
    const isAtTop = scrolled.current.offset < 1;
    if (isAtTop === wasAtTop.current) return;
    wasAtTop.current = isAtTop;
    latest.current.onTop(isAtTop);
  };
  const seenNow = (): RowWindow =>
    rowsSeen(scrolled.current, { ...latest.current, viewport: viewport.current });
  const settle = (): void => {
    place(scrolled.current.offset);
    redraw();
    latest.current.onRest(seenNow(), scrolled.current.offset < 1);
  };
  const moveTo = (offset: number): void => {
    place(offset);
    tellTop();
    redraw();
    clearTimeout(rest.current);
    rest.current = setTimeout(settle, REST_MS);
  };

  useLayoutEffect(() => {
    const shown = element.current;
    if (shown === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (shown.clientHeight === viewport.current) return;
      viewport.current = shown.clientHeight;
      place(scrolled.current.offset);
      redraw();
    });
    observer.observe(shown);
    viewport.current = shown.clientHeight;
    place(scrolled.current.offset);
    redraw();
    return () => {
      observer.disconnect();
      clearTimeout(rest.current);
    };
  }, []);
  useLayoutEffect(() => {
    place(scrolled.current.offset);
    redraw();
  }, [count, newest, rowHeight]);

  return {
    element,
    seen: rowsSeen(scrolled.current, { viewport: viewport.current, rowHeight, count }),
    topOf: (index) => index * rowHeight - scrolled.current.offset + scrolled.current.top,
    elementHeight: map.elementHeight,
    onScroll: () => {
      const top = element.current?.scrollTop ?? 0;
      if (top === scrolled.current.top) return;
      scrolled.current = mapNow().moved(scrolled.current, top);
      tellTop();
      redraw();
      clearTimeout(rest.current);
      rest.current = setTimeout(settle, REST_MS);
    },
    scrollTo: (index) => {
      moveTo(index * latest.current.rowHeight);
    },
    reveal: (index) => {
      const [top, { offset }] = [index * latest.current.rowHeight, scrolled.current];
      const lowest = top + latest.current.rowHeight - viewport.current;
      if (offset > top) moveTo(top);
      else if (offset < lowest) moveTo(lowest);
    },
  };
}
