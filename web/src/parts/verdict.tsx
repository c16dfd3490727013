// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What the answer says: a known place with its circle, or why there is none.
import { useState } from 'preact/hooks';
import type { Location as Estimate, QueryAnswer } from '../api/types';
import { coordinates, distance, metres, percent, time } from '../words';
import { Words } from './basics';

export const HEADLINES = {
  known: 'Known place',
  probably: 'Looks like a known place',
  unknown: 'Unknown place',
};

export function Verdict({ answer }: { answer: QueryAnswer }) {
  const { location } = answer;
  return (
    <div class="verdict">
      {location && <Position location={location} />}
      {!location && answer.unknown_message && (
        <p class="reason">
          <Words text={answer.unknown_message} />
        </p>
      )}
      <dl class="facts">
        {location && (
          <>
            <div>
              <dt>within</dt>
              <dd>{metres(location.radius_m)}</dd>
            </div>
            <div>
              <dt>matches that agree</dt>
              <dd>{location.support}</dd>
            </div>
          </>
        )}
        {answer.matches.length > 0 && (
          <div>
            <dt>{answer.verdict === 'unknown' ? 'that the best match is right' : 'sure'}</dt>
            <dd>{percent(Math.min(answer.confidence, 0.99))}</dd>
          </div>
        )}
        {answer.query.taken && (
          <div>
            <dt>taken</dt>
            <dd>{time(answer.query.taken)}</dd>
          </div>
        )}
      </dl>
      <Stated answer={answer} />
    </div>
  );
}

function Position({ location }: { location: Estimate }) {
  const [copied, setCopied] = useState(false);
  const text = `${location.lat.toFixed(6)}, ${location.lon.toFixed(6)}`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      getSelection()?.selectAllChildren(document.getElementById('coordinates')!);
    }
  };
  return (
    <p class="position">
      <strong id="coordinates">{coordinates(location.lat, location.lon)}</strong>
      <button type="button" class="link" onClick={copy} aria-live="polite">
        {copied ? 'copied' : 'copy'}
      </button>
      <a class="geo" href={`geo:${location.lat.toFixed(6)},${location.lon.toFixed(6)}`}>
        open in a maps app
      </a>
    </p>
  );
}

/** How far the estimate lies from what the photo itself states. */
function Stated({ answer: { query, location } }: { answer: QueryAnswer }) {
  if (query.lat === null || query.lon === null) return null;
  const stated = { lat: query.lat, lon: query.lon };
  return (
    <p class="muted small">
      {location
        ? `The photo itself states a position ${metres(distance(location, stated))} away (◇ on the map).`
        : `The photo itself states ${coordinates(stated.lat, stated.lon)} (◇ on the map).`}
    </p>
  );
}

/** The same in one sentence, for those who listen. */
export function spoken(answer: QueryAnswer): string {
  const n = answer.matches.length;
  const found = `${n} ${n === 1 ? 'match' : 'matches'}.`;
  if (answer.location) return `${found} ${HEADLINES[answer.verdict]}, within ${metres(answer.location.radius_m)}.`;
  return `${found} ${HEADLINES[answer.verdict]}. ${answer.unknown_message ?? ''}`;
}
