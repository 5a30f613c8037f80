/** The slider through the past of a projection, with steps from event to event, play, and a position or time to type. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ProblemNotice } from '../../parts/problem.js';
import { Time } from '../../parts/time.js';
import { go, linkWith, type Route } from '../../routes.js';
import { PlaceForm } from './place-form.js';
import { positionOfStep, type Step } from './steps.js';

interface Props {
  readonly route: Route;
  /** That is shown. */
  readonly position: number;
  /** The last position of the projection. */
  readonly end: number;
  /** When the event at the position was recorded. */
  readonly time: string | undefined;
  /** Whether what is shown is of the position: play waits for it. */
  readonly isCurrent: boolean;
  /** Which events steps lead to. */
  readonly item: Step['item'];
}

const PLAY_MS = 900;
/** Browsers refuse to change the URL more often than some times a second. */
const DRAG_MS = 150;

export function Past(props: Props): preact.JSX.Element {
  const { route, position, end, time, isCurrent, item } = props;
  const isLive = !route.query.has('at');
  const [isPlaying, setPlaying] = useState(false);
  const [error, setError] = useState<unknown>();
  const [dragged, drag] = useDragged(route);
  const shown = dragged ?? position;

  const goTo = (to: number): void => {
    go(linkWith(route, { at: to }), 'replace');
  };
  const step = async (isBack: boolean, from = position): Promise<void> => {
    try {
      const to = await positionOfStep({ from, end, isBack, item });
      setError(undefined);
      goTo(to);
      if (!isBack && to >= end) setPlaying(false);
    } catch (thrown) {
      setError(thrown);
      setPlaying(false);
    }
  };
  useEffect(() => {
    if (!isPlaying || !isCurrent || isLive) return undefined;
    const timer = setTimeout(() => void step(false), PLAY_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [isPlaying, isCurrent, isLive, position, end]);

  return (
    <section class="card past" aria-labelledby="past-title">
      <div class="row">
        <h2 id="past-title">Past</h2>
        <span class="number" data-testid="position">
          {shown.toLocaleString('en')} of {end.toLocaleString('en')}
        </span>
        <span class="quiet">
          {time !== undefined && isCurrent && dragged === undefined && <Time of={time} />}
        </span>
      </div>
      <input
        type="range"
        min={0}
        max={end}
        value={shown}
        aria-label="Position in the past"
        aria-valuetext={`${shown.toLocaleString('en')} of ${end.toLocaleString('en')}${isLive ? ', now' : ''}`}
        onInput={(event) => {
          setPlaying(false);
          drag(event.currentTarget.valueAsNumber);
        }}
      />
      <div class="row bottom">
        <button type="button" disabled={position <= 0} onClick={() => void step(true)}>
          ◂ Back
        </button>
        <button
          type="button"
          aria-pressed={isPlaying}
          disabled={end === 0}
          onClick={() => {
            setPlaying(!isPlaying);
            if (!isPlaying && (isLive || position >= end)) goTo(0);
          }}
        >
          {isPlaying ? '❚❚ Pause' : '▶ Play'}
        </button>
        <button type="button" disabled={isLive || position >= end} onClick={() => void step(false)}>
          Forward ▸
        </button>
        <button
          type="button"
          aria-pressed={isLive}
          onClick={() => {
            setPlaying(false);
            go(linkWith(route, { at: undefined }));
          }}
        >
          Live
        </button>
        <PlaceForm route={route} end={end} />
      </div>
      <ProblemNotice error={error} />
    </section>
  );
}

/** Where the slider is held, until the URL says so. */
function useDragged(route: Route): readonly [number | undefined, (to: number) => void] {
  const [dragged, setDragged] = useState<number>();
  const latest = useRef(route);
  latest.current = route;
  const at = route.query.get('at');
  useEffect(() => {
    if (dragged === undefined) return undefined;
    const timer = setTimeout(() => {
      go(linkWith(latest.current, { at: dragged }), 'replace');
      setDragged(undefined);
    }, DRAG_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [dragged]);
  useEffect(() => {
    setDragged(undefined);
  }, [at]);
  return [dragged, setDragged];
}
