// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// One place over time: its time machine.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Failure, place as askPlace, thumbnail } from '../api/client';
import type { Place as PlaceAnswer } from '../api/types';
import { Choice, Icon, Loading, Picture, Problem, Title, calm } from '../parts/basics';
import { replace } from '../router';
import { count, day, heading, hour, metres, period, photoCount, shortName, time } from '../words';
import { TimeSlider } from './TimeAxis';

const RADIUS_M = 25;
const PLAY_MS = 1100;
const SAME_DIRECTION_DEG = 50;
type Shot = PlaceAnswer['images'][number];
type By = 'group' | 'near' | 'direction';

const turn = (a: number, b: number) => Math.abs(((a - b + 540) % 360) - 180);

/** Photos of the same direction of view as `of`; all when it has none. */
function sameDirection(images: Shot[], of: Shot | undefined): Shot[] {
  const deg = of?.heading_deg;
  return deg == null
    ? images
    : images.filter(
        (i) => i.id === of!.id || (i.heading_deg !== null && turn(i.heading_deg, deg) <= SAME_DIRECTION_DEG),
      );
}

/** `by` null: the photos that look the way this one does, where there are others, else all that are near. */
export function Place({ id, by: wanted, at }: { id: number; by: By | null; at: number }) {
  const [answer, setAnswer] = useState<PlaceAnswer | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [round, setRound] = useState(0);
  const [playing, setPlaying] = useState(false);
  const radius = wanted === 'group' ? 0 : RADIUS_M;
  useEffect(() => {
    let current = true;
    setAnswer(null);
    setFailure(null);
    askPlace(id, radius).then(
      (a) => current && setAnswer(a),
      (e) => current && setFailure(e as Failure),
    );
    return () => {
      current = false;
    };
  }, [id, radius, round]);

  const asked = answer?.images.find((i) => i.id === id);
  const sameView = asked?.heading_deg != null && sameDirection(answer!.images, asked).length > 1;
  const by = wanted ?? (sameView ? 'direction' : 'near');
  const shots = useMemo(
    () => (!answer ? [] : by === 'direction' ? sameDirection(answer.images, asked) : answer.images),
    [answer, by],
  );
  const start = Math.max(
    0,
    shots.findIndex((s) => s.id === (at || id)),
  );
  const shot = shots[start];
  const show = (index: number) => replace(`#/place/${id}?by=${by}&at=${shots[index]!.id}`);

  useEffect(() => {
    if (!playing || shots.length < 2) return;
    const timer = setTimeout(() => show((start + 1) % shots.length), PLAY_MS);
    return () => clearTimeout(timer);
  }, [playing, start, shots]);

  // The neighbours are fetched ahead, so that the slider does not flicker.
  useEffect(() => {
    for (const near of [start + 1, start - 1, start + 2])
      if (shots[near]) new Image().src = thumbnail(shots[near].id, 1280);
  }, [start, shots]);

  const options: [By, string][] = [
    ['near', `Within ${RADIUS_M} m`],
    ['group', 'From pictures'],
  ];
  if (asked?.heading_deg != null) options.splice(1, 0, ['direction', `Looking ${heading(asked.heading_deg)}`]);
  return (
    <div class="place">
      <div class="view-head">
        <div>
          <Title>One place over time</Title>
          <p class="muted">
            {shots.length > 0
              ? `${photoCount(shots.length)}${shots.length > 1 ? `, ${period(shots[0]!.taken, lastTaken(shots))}` : ''}`
              : '\u00a0'}
          </p>
        </div>
        <Choice
          label="Which photos belong to the place"
          name="by"
          value={by}
          options={options}
          onChange={(b) => {
            setPlaying(false);
            replace(`#/place/${id}?by=${b}&at=${shot?.id ?? id}`);
          }}
        />
      </div>
      {failure && (
        <Problem
          title="This place cannot be shown"
          failure={failure}
          retry={failure.code === 'NotFound' ? undefined : () => setRound(round + 1)}
        />
      )}
      {!answer && !failure && <Loading>Looking for photos of this place …</Loading>}
      {shot && (
        <>
          <Shots shot={shot} />
          <div class="time-controls">
            <button
              type="button"
              class="button quiet round"
              aria-label={playing ? 'Pause' : 'Play through time'}
              disabled={shots.length < 2}
              onClick={() => setPlaying(!playing)}
            >
              <Icon name={playing ? 'pause' : 'play'} />
            </button>
            <TimeSlider
              shots={shots}
              current={start}
              show={(i) => {
                setPlaying(false);
                show(i);
              }}
            />
          </div>
          <Strip
            shots={shots}
            current={start}
            show={(i) => {
              setPlaying(false);
              show(i);
            }}
          />
          <p class="links">
            <a href={`#/photo/${shot.id}`}>Find matches of this photo</a>
            {shots.length < 2 && (
              <span class="muted">
                No other photo of this place is known{by === 'near' ? '' : '; try another choice above'}.
              </span>
            )}
          </p>
        </>
      )}
    </div>
  );
}

const lastTaken = (shots: Shot[]) => [...shots].reverse().find((s) => s.taken)?.taken ?? null;

/** The photo large; the one before stays below it while the next arrives, so that light changes softly. */
function Shots({ shot }: { shot: Shot }) {
  const [shown, setShown] = useState(shot);
  const [failed, setFailed] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const ratio = `${shot.width} / ${shot.height}`;
  useEffect(() => setFailed(false), [shot.id]);
  return (
    <figure class="shot">
      <div class="stage" ref={box} style={{ aspectRatio: ratio, '--ratio': String(shot.width / shot.height) }}>
        {shown.id !== shot.id && <img src={thumbnail(shown.id, 1280)} alt="" />}
        {failed ? (
          <span class="no-picture">no picture</span>
        ) : (
          <img
            key={shot.id}
            class={calm() ? '' : 'arriving'}
            src={thumbnail(shot.id, 1280)}
            alt={`the place, ${time(shot.taken)}`}
            onLoad={() => setTimeout(() => setShown(shot), 260)}
            onError={() => setFailed(true)}
          />
        )}
      </div>
      <figcaption>
        <strong>{shot.taken ? day(shot.taken) : 'Time unknown'}</strong>
        {shot.taken && hour(shot.taken) ? <span class="hour">{hour(shot.taken)}</span> : null}
        <span class="muted small name" title={shot.name}>
          {shot.distance_m !== null && shot.distance_m > 0 ? `${metres(shot.distance_m)} aside · ` : ''}
          {shot.heading_deg !== null ? `looking ${heading(shot.heading_deg)} · ` : ''}
          {shortName(shot.name)}
        </span>
      </figcaption>
    </figure>
  );
}

function Strip({ shots, current, show }: { shots: Shot[]; current: number; show: (index: number) => void }) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const strip = list.current!;
    const item = strip.children[current] as HTMLElement | undefined;
    if (item)
      strip.scrollTo({
        left: item.offsetLeft - strip.clientWidth / 2 + item.clientWidth / 2,
        behavior: calm() ? 'auto' : 'smooth',
      });
  }, [current, shots]);
  return (
    <ol class="strip" ref={list} aria-label={`${count(shots.length)} photos by time`}>
      {shots.map((s, i) => (
        <li key={s.id}>
          <button
            type="button"
            aria-current={i === current ? 'true' : undefined}
            aria-label={`${time(s.taken)}`}
            onClick={() => show(i)}
            tabIndex={i === current ? 0 : -1}
          >
            <Picture id={s.id} size={160} alt="" />
            <span>{s.taken ? day(s.taken) : '?'}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
