/** Rows of one height of which only those are in the page that are seen, however many there are. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChild, RefObject } from 'preact';
import type { RowWindow } from './scroll-map.js';
import { useScroller, type ScrollerOptions } from './use-scroller.js';

interface Props extends ScrollerOptions {
  readonly label: string;
  /** Set to what moves the list to a row. */
  readonly scrollTo: RefObject<(index: number) => void>;
  /** The position of the row, which it keeps while others are added before it. */
  readonly positionAt: (index: number) => number;
  readonly indexOf: (position: number) => number;
  /** What stands in the row, and where it leads. */
  readonly row: (index: number) => ComponentChild;
  readonly linkOf: (position: number) => string;
  readonly opened?: number | undefined;
  readonly onSeen: (seen: RowWindow) => void;
}

/** So many rows beside those that are seen are there, too. */
const AROUND = 6;

export function EventList(props: Props): preact.JSX.Element {
  const { label, count, rowHeight, positionAt, indexOf, row, linkOf, opened, onSeen } = props;
  const { element, seen, topOf, elementHeight, onScroll, scrollTo, reveal } = useScroller(props);
  props.scrollTo.current = scrollTo;
  /** The row that the keyboard is at, by its position. */
  const [current, setCurrent] = useState<number>();
  const isFocusing = useRef(false);

  useEffect(() => {
    onSeen(seen);
  }, [seen.first, seen.last, props.newest, count]);

  const currentIndex = current === undefined ? -1 : indexOf(current);
  const isCurrentThere = currentIndex >= 0 && currentIndex < count;
  useLayoutEffect(() => {
    if (!isFocusing.current) return;
    isFocusing.current = false;
    const link = `a[data-position="${String(current)}"]`;
    element.current?.querySelector<HTMLElement>(link)?.focus({ preventScroll: true });
  });

  const moveTo = (index: number): void => {
    const to = Math.min(Math.max(0, index), count - 1);
    if (to < 0) return;
    isFocusing.current = true;
    setCurrent(positionAt(to));
    reveal(to);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const page = Math.max(1, seen.last - seen.first - 1);
    const from = isCurrentThere ? currentIndex : seen.first;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: isCurrentThere ? from + 1 : from,
      ArrowUp: from - 1,
      PageDown: from + page,
      PageUp: from - page,
      Home: 0,
      End: count - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    moveTo(to);
  };

  const tabStop = isCurrentThere ? currentIndex : seen.first;
  return (
    <div
      class="log-list"
      ref={element}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      tabIndex={count === 0 ? 0 : -1}
    >
      <div class="log-rows" role="list" aria-label={label} style={{ height: `${elementHeight}px` }}>
        {indexesOf(seen, count, isCurrentThere ? currentIndex : undefined).map((index) => {
          const position = positionAt(index);
          return (
            <div
              key={position}
              role="listitem"
              aria-posinset={index + 1}
              aria-setsize={count}
              class="log-row"
              style={{ height: `${rowHeight}px`, transform: `translateY(${topOf(index)}px)` }}
            >
              <a
                href={linkOf(position)}
                data-position={position}
                tabIndex={index === tabStop ? 0 : -1}
                aria-current={position === opened ? 'true' : undefined}
                onFocus={() => {
                  setCurrent(position);
                }}
              >
                {row(index)}
              </a>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Those around what is seen, and the one that has the focus, which would be lost with it. */
function indexesOf({ first, last }: RowWindow, count: number, current?: number): readonly number[] {
  const [from, to] = [Math.max(0, first - AROUND), Math.min(count - 1, last + AROUND)];
  const indexes = Array.from({ length: Math.max(0, to - from + 1) }, (_, nth) => from + nth);
  if (current !== undefined && (current < from || current > to)) indexes.push(current);
  return indexes;
}
