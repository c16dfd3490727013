// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
import type { Match } from '../api/types';
import { metres, time } from '../words';
import { Picture } from './basics';

export function MatchList(props: { matches: Match[]; of: string; onLit: (id: number | null) => void }) {
  const { matches, of, onLit } = props;
  return (
    <ol class="matches">
      {matches.map((m, i) => (
        <li
          key={m.id}
          id={`match-${m.id}`}
          onPointerEnter={() => onLit(m.id)}
          onPointerLeave={() => onLit(null)}
          onFocusCapture={() => onLit(m.id)}
          onBlurCapture={() => onLit(null)}
        >
          <a
            class="match-picture"
            href={`#/match/${m.id}?tab=why${of}`}
            aria-label={`Match ${i + 1}, score ${m.score.toFixed(2)}: why it matches`}
          >
            <Picture id={m.id} size={320} alt="" width={m.width} height={m.height} eager={i < 4} />
            <span class="rank" aria-hidden="true">
              {i + 1}
            </span>
          </a>
          <div class="match-words">
            <p class="score">
              <b>{m.score.toFixed(2)}</b>
              <span class="bar" aria-hidden="true">
                <i style={{ width: `${Math.max(0, Math.min(1, m.score)) * 100}%` }} />
              </span>
            </p>
            <p class="small facts-line">
              {(m.distance_m !== null || m.lat === null) && (
                <span>{m.distance_m !== null ? `${metres(m.distance_m)} away` : 'no position'}</span>
              )}
              <span>{time(m.taken)}</span>
            </p>
            {m.geometry && (
              <p class={`small ${m.geometry.verified ? 'is-good' : 'muted'}`}>
                {m.geometry.verified ? '✓ ' : ''}
                {m.geometry.inliers} of {m.geometry.candidates} regions fit
              </p>
            )}
            <p class="links">
              <a href={`#/match/${m.id}?tab=why${of}`} aria-label={`Why match ${i + 1}`}>
                Why
              </a>
              <a href={`#/match/${m.id}?tab=compare${of}`} aria-label={`Compare match ${i + 1}`}>
                Compare
              </a>
              <a href={`#/place/${m.id}`} aria-label={`Match ${i + 1} over time`}>
                Over time
              </a>
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}
