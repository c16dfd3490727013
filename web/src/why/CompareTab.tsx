// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Query and match in one place: blinking, or divided by a line that moves.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Asked } from '../api/client';
import type { Match, Why } from '../api/types';
import { AskedPicture } from '../parts/asked';
import { Choice, Icon, Picture, Switch, calm } from '../parts/basics';
import { time } from '../words';
import { cssMatrix, lineUp } from './align';

const BLINK_MS = 900;

export function CompareTab({
  asked,
  size,
  match,
  why,
  taken,
}: {
  asked: Asked;
  size: { width: number; height: number };
  match: Match;
  why: Why | null;
  taken: string | null;
}) {
  const [mode, setMode] = useState<'blink' | 'wipe'>('blink');
  const [playing, setPlaying] = useState(!calm());
  const [second, setSecond] = useState(false);
  const [wipe, setWipe] = useState(50);
  const map = useMemo(() => (why ? lineUp(why.links) : null), [why]);
  const [lined, setLined] = useState(true);
  const stage = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState({ width: 1, height: 1 });
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() =>
      setBox({ width: stage.current!.clientWidth, height: stage.current!.clientHeight }),
    );
    watch.observe(stage.current!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (mode !== 'blink' || !playing) return;
    const timer = setInterval(() => setSecond((s) => !s), BLINK_MS);
    return () => clearInterval(timer);
  }, [mode, playing]);

  const drag = (e: PointerEvent) => {
    if (mode !== 'wipe' || (e.type === 'pointermove' && !e.buttons)) return;
    const r = stage.current!.getBoundingClientRect();
    setWipe(Math.round(Math.max(0, Math.min(100, ((e.clientX - r.left) / r.width) * 100))));
  };
  const shown = mode === 'wipe' || second;
  return (
    <>
      <div class="compare-controls">
        <Choice
          label="How to compare"
          name="compare"
          value={mode}
          options={[
            ['blink', 'Blink'],
            ['wipe', 'Wipe'],
          ]}
          onChange={setMode}
        />
        {mode === 'blink' ? (
          <>
            <button type="button" class="button quiet" onClick={() => setPlaying(!playing)}>
              <Icon name={playing ? 'pause' : 'play'} /> {playing ? 'Pause' : 'Play'}
            </button>
            <button
              type="button"
              class="button quiet"
              onClick={() => {
                setPlaying(false);
                setSecond(!second);
              }}
            >
              Show the {second ? 'photo asked about' : 'match'}
            </button>
          </>
        ) : (
          <label class="stepper grow">
            <span>Photo asked about</span>
            <input
              type="range"
              min="0"
              max="100"
              value={wipe}
              aria-label="Divide between photo asked about and match"
              aria-valuetext={`${wipe} % photo asked about`}
              onInput={(e) => setWipe(Number(e.currentTarget.value))}
            />
            <span>match</span>
          </label>
        )}
        {map && (
          <Switch checked={lined} onChange={setLined}>
            Line up
          </Switch>
        )}
      </div>
      <div
        class="stage"
        ref={stage}
        style={{ aspectRatio: `${size.width} / ${size.height}`, '--ratio': String(size.width / size.height) }}
        data-mode={mode}
        onPointerDown={drag}
        onPointerMove={drag}
      >
        <AskedPicture asked={asked} size={1280} alt="the photo asked about" />
        <div
          class="over"
          style={{ opacity: shown ? 1 : 0, clipPath: mode === 'wipe' ? `inset(0 0 0 ${wipe}%)` : 'none' }}
        >
          <div
            class={map && lined ? 'lined' : 'whole'}
            style={{ transform: map && lined ? cssMatrix(map, box.width, box.height) : 'none' }}
          >
            <Picture id={match.id} size={1280} alt="the match" eager />
          </div>
        </div>
        {mode === 'wipe' && <div class="divide" style={{ left: `${wipe}%` }} aria-hidden="true" />}
        {mode === 'blink' ? (
          <span class="tag">
            {second ? `match · ${time(match.taken)}` : `photo asked about${taken ? ` · ${time(taken)}` : ''}`}
          </span>
        ) : (
          <>
            <span class="tag">photo asked about</span>
            <span class="tag right">match · {time(match.taken)}</span>
          </>
        )}
      </div>
    </>
  );
}
