/** The log: as it grows, as far back as it goes, and what fits a filter; with one event opened beside it. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { useModel } from '../model.js';
import { ProblemNotice } from '../parts/problem.js';
import { go, linkWith, type Route } from '../routes.js';
import { AllEvents } from './log/all-events.js';
import { FilterForm } from './log/filter-form.js';
import { FoundEvents } from './log/found-events.js';
import { filterOf, isEmpty, positionIn } from './log/log-filter.js';
import { OpenedEvent } from './log/opened-event.js';
import { useHead } from './log/use-head.js';
import { useIsNarrow } from './log/use-row-height.js';
import type { ScreenProps } from './screen-props.js';

export function Log({ route }: ScreenProps): preact.JSX.Element {
  const filter = filterOf(route);
  const opened = positionIn(route.query, 'open');
  const isPaused = route.query.has('paused');
  const [isAtTop, setAtTop] = useState(true);
  const { head, error } = useHead(isAtTop && !isPaused);
  const { value: model } = useModel();
  const isNarrow = useIsNarrow();
  const onTop = useCallback((isTop: boolean) => {
    setAtTop(isTop);
  }, []);
  const close = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || opened === undefined) return;
    go(linkWith(route, { open: undefined }));
  };
  const before = useRef(opened);
  useEffect(() => {
    const closed = opened === undefined ? before.current : undefined;
    before.current = opened;
    // Where the focus was in what is closed, it goes back to the row.
    if (closed === undefined || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`a[data-position="${closed}"]`)?.focus({ preventScroll: true });
  }, [opened]);
  const isCovered = isNarrow && opened !== undefined;
  const Shown = isEmpty(filter) ? AllEvents : FoundEvents;

  return (
    <div class="log" onKeyDown={close}>
      <div class="stack" inert={isCovered}>
        <div class="head">
          <h1>Log</h1>
          {head !== undefined && (
            <span class="quiet number" data-testid="head">
              {head === 1 ? '1 event' : `${head.toLocaleString('en')} events`}
            </span>
          )}
          <span class="grow" />
          <JumpForm route={route} head={head ?? 0} />
          <button
            type="button"
            aria-pressed={isPaused}
            onClick={() => {
              go(linkWith(route, { paused: isPaused ? undefined : 1 }), 'replace');
            }}
          >
            Pause
          </button>
        </div>
        <FilterForm route={route} types={(model?.events ?? []).map(({ type }) => type)} />
      </div>
      {head === undefined && <ProblemNotice error={error} />}
      {head === undefined && error === undefined && <p class="quiet">Loading…</p>}
      {head === 0 && <p class="notice">Nothing has been recorded yet. What is will appear here by itself.</p>}
      {head !== undefined && (
        <div class={opened === undefined ? 'log-columns' : 'log-columns with-event'}>
          <div class="log-side" inert={isCovered}>
            <Shown
              key={JSON.stringify(filter)}
              route={route}
              head={head}
              isPaused={isPaused}
              opened={opened}
              onTop={onTop}
            />
          </div>
          {opened !== undefined && (
            <OpenedEvent
              key={opened}
              position={opened}
              head={head}
              route={route}
              model={model}
              isOverList={isNarrow}
            />
          )}
        </div>
      )}
    </div>
  );
}

function JumpForm({ route, head }: { readonly route: Route; readonly head: number }): preact.JSX.Element {
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        const position = Number(new FormData(event.currentTarget).get('position'));
        event.currentTarget.reset();
        go(linkWith(route, { at: position }));
      }}
    >
      <label class="inline">
        <span>Go to position</span>
        <input name="position" type="number" min="1" max={Math.max(1, head)} required class="log-jump" />
      </label>
      <button type="submit">Go</button>
    </form>
  );
}
