// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The time slider of a place: its thumb lies where the photo lies in time. Above it, a dot for each photo: days to the
// right, hours of the day upwards.
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { moment, time } from '../words';

const HEIGHT = 50;
const EDGE = 10; // half the width of the thumb
const DAY_MS = 86_400_000;
const STEPS = 10_000;

interface Taken {
  id: number;
  taken: string | null;
}

/** Where each photo lies between 0 and 1: by its time; those without one follow at the end, a step each. */
export function positions(taken: (number | null)[]): number[] {
  const known = taken.filter((t): t is number => t !== null);
  const without = taken.length - known.length;
  if (known.length < 2) return taken.map((_, i) => (taken.length > 1 ? i / (taken.length - 1) : 0.5));
  const first = Math.min(...known);
  const span = Math.max(1, Math.max(...known) - first);
  const room = without ? 0.85 : 1;
  let after = 0;
  return taken.map((t) => (t === null ? room + (++after / without) * (1 - room) : ((t - first) / span) * room));
}

/** The photo nearest to a position; of several there, the one nearest to the current. */
export function nearest(all: number[], at: number, current: number): number {
  let best = current;
  all.forEach((p, i) => {
    const gain = Math.abs(all[best]! - at) - Math.abs(p - at);
    if (gain > 1e-9 || (gain > -1e-9 && Math.abs(i - current) < Math.abs(best - current))) best = i;
  });
  return best;
}

const KEYS: Record<string, number> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 5,
  PageDown: -5,
  Home: -Infinity,
  End: Infinity,
};

export function TimeSlider({
  shots,
  current,
  show,
}: {
  shots: Taken[];
  current: number;
  show: (index: number) => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => setWidth(frame.current!.clientWidth));
    watch.observe(frame.current!);
    return () => watch.disconnect();
  }, []);
  const times = useMemo(() => shots.map((s) => (s.taken ? moment(s.taken).getTime() : null)), [shots]);
  const at = useMemo(() => positions(times), [times]);
  const shot = shots[current]!;
  const x = (p: number) => EDGE + p * (width - 2 * EDGE);
  const known = times.filter((t): t is number => t !== null);
  const timed = known.length > 1;
  const first = Math.min(...known);
  const span = Math.max(...known) - first;
  const room = known.length < times.length ? 0.85 : 1;
  return (
    <div class="time-slider" ref={frame}>
      {timed && (
        <svg class="time-dots" width={width} height={HEIGHT} aria-hidden="true">
          {times.map(
            (t, i) => t !== null && i !== current && <circle key={shots[i]!.id} cx={x(at[i]!)} cy={height(t)} r="3" />,
          )}
          {times[current] != null && (
            <>
              <line x1={x(at[current]!)} y1={height(times[current]!)} x2={x(at[current]!)} y2={HEIGHT} />
              <circle class="now" cx={x(at[current]!)} cy={height(times[current]!)} r="5" />
            </>
          )}
        </svg>
      )}
      <input
        type="range"
        min="0"
        max={STEPS}
        step="1"
        value={Math.round(at[current]! * STEPS)}
        aria-label="Time"
        disabled={shots.length < 2}
        aria-valuetext={`${time(shot.taken)}, photo ${current + 1} of ${shots.length}`}
        onInput={(e) => {
          const i = nearest(at, Number(e.currentTarget.value) / STEPS, current);
          e.currentTarget.value = String(Math.round(at[i]! * STEPS));
          if (i !== current) show(i);
        }}
        onKeyDown={(e) => {
          const step = KEYS[e.key];
          if (step === undefined) return;
          e.preventDefault();
          show(Math.max(0, Math.min(shots.length - 1, current + step)));
        }}
      />
      {timed && (
        <svg class="time-ticks" width={width} height="18" aria-hidden="true">
          {ticks(first, first + span, Math.floor(width / 76)).map(({ at: t, text }) => (
            <text key={text} x={Math.max(18, Math.min(width - 18, x(((t - first) / Math.max(1, span)) * room)))} y="13">
              {text}
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}

/** Midnight below, the evening above. */
const height = (t: number) => HEIGHT - 7 - ((((t % DAY_MS) + DAY_MS) % DAY_MS) / DAY_MS) * (HEIGHT - 14);

/** Years, months, days or hours, whichever gives a handful, at most `most`. */
export function ticks(from: number, to: number, most: number): { at: number; text: string }[] {
  const days = (to - from) / DAY_MS;
  const out: { at: number; text: string }[] = [];
  const a = new Date(from);
  const year = a.getUTCFullYear();
  const every = (count: number, steps: number[]) => steps.find((s) => count / s <= most) ?? Math.ceil(count / most);
  const add = (at: number, options: Intl.DateTimeFormatOptions) => {
    if (at >= from && at <= to)
      out.push({ at, text: new Date(at).toLocaleString('en-GB', { ...options, timeZone: 'UTC' }) });
  };
  if (days > 700) {
    for (let y = year, s = every(days / 365, [1, 2, 5]); y <= year + days / 365 + 1; y += s)
      add(Date.UTC(y, 0), { year: 'numeric' });
  } else if (days > 60) {
    for (let m = 0, s = every(days / 30, [1, 2, 3, 6]); m <= days / 30 + 2; m += s)
      add(Date.UTC(year, a.getUTCMonth() + m), { month: 'short', year: 'numeric' });
  } else if (days > 2) {
    for (let d = 0, s = every(days, [1, 2, 5, 10]); d <= days + 1; d += s)
      add(Date.UTC(year, a.getUTCMonth(), a.getUTCDate() + d), { day: 'numeric', month: 'short' });
  } else {
    for (let h = 0, s = every(days * 24, [1, 2, 3, 6, 12]); h <= days * 24 + 1; h += s)
      add(Date.UTC(year, a.getUTCMonth(), a.getUTCDate(), a.getUTCHours() + h), { hour: '2-digit', minute: '2-digit' });
  }
  return out;
}
