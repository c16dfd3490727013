// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'preact/hooks';
import { photos } from '../api/client';
import type { Asked, Failure } from '../api/client';
import { MapView } from '../map/MapView';
import { AskedPicture, askedName } from '../parts/asked';
import { Icon, Loading, Picture, Problem, Switch, Title } from '../parts/basics';
import { ChooseButton } from '../parts/drop';
import { MatchList } from '../parts/matches';
import { HEADLINES, Verdict, spoken } from '../parts/verdict';
import { go } from '../router';
import { askAgain, askFile, askPhoto, askedParam, forget, loadCollection, useCollection, useSession } from '../session';
import type { Session } from '../session';
import { period, photoCount, shortName } from '../words';

export const takeFiles = (files: File[]) => {
  const file = files[0]!;
  if (!/^#?\/?$/.test(location.hash)) go('#/');
  return askFile(file, file.name || 'pasted photo');
};

/** `photoId` asks with a photo of the collection; 0 with what was dropped. */
export function Search({ photoId }: { photoId: number }) {
  const session = useSession();
  const collection = useCollection();
  const [lit, setLit] = useState<number | null>(null);
  useEffect(() => {
    if (photoId) {
      scrollTo(0, 0);
      void askPhoto(photoId);
    } else if (session.asked?.kind === 'photo') forget();
  }, [photoId]);

  const { asked, answer } = session;
  const { stats, map } = collection;
  const stated =
    answer && answer.query.lat !== null && answer.query.lon !== null
      ? { lat: answer.query.lat, lon: answer.query.lon }
      : null;
  return (
    <div class={asked ? 'search has-query' : 'search'}>
      <div class="search-words">
        {!asked &&
          (photoId ? <Fetching failure={session.failure} retry={() => void askPhoto(photoId)} /> : <Invitation />)}
        {asked && <QueryCard asked={asked} session={session} />}
      </div>
      <MapView
        map={map}
        matches={answer?.matches}
        location={answer?.location}
        stated={stated}
        lit={lit}
        tileUrl={stats?.tile_url}
        tileCredit={stats?.tile_credit}
        onMatch={(id) => document.getElementById(`match-${id}`)?.querySelector('a')?.focus()}
      />
      {asked && <Results session={session} onLit={setLit} max={stats?.limits.max_matches ?? 100} />}
      <p class="unseen" role="status">
        {session.state === 'answered' && answer ? spoken(answer) : ''}
      </p>
    </div>
  );
}

/** Until a photo of the collection is known by its number. */
function Fetching({ failure, retry }: { failure: Failure | null; retry: () => void }) {
  return (
    <>
      <Title>Where was this photo taken?</Title>
      {failure ? (
        <Problem
          title="This photo cannot be asked about"
          failure={failure}
          retry={failure.code === 'NotFound' ? undefined : retry}
        />
      ) : (
        <Loading>Looking for the photo …</Loading>
      )}
    </>
  );
}

function Invitation() {
  const { stats, state, failure } = useCollection();
  if (failure && state === 'failed') {
    return (
      <>
        <Title>Where was this photo taken?</Title>
        <Problem title="The collection cannot be shown" failure={failure} retry={() => void loadCollection()} />
      </>
    );
  }
  const empty = stats?.images === 0;
  return (
    <>
      <Title>Where was this photo taken?</Title>
      <p class="lead muted">
        {!stats
          ? 'Looking at the collection …'
          : empty
            ? 'The collection is empty: there is nothing to compare a photo with yet.'
            : `Ask ${photoCount(stats.images)}${stats.first_taken ? `, ${period(stats.first_taken, stats.last_taken)}` : ''}.`}
      </p>
      {empty ? (
        <div class="card">
          <h2>Add photos first</h2>
          <p>
            On the computer that runs the server: <code>loci index PHOTOS --db DIR</code>
          </p>
          {stats?.changeable && (
            <p>
              <a href="#/photos">Add photos here</a>
            </p>
          )}
        </div>
      ) : (
        <div class="drop">
          <p class="drop-words">
            <span class="wide-only">Drop a photo here, paste one, or</span>
            <span class="phone-only">Take a photo or choose one</span>
          </p>
          <ChooseButton label="Choose a photo" take={takeFiles} />
          <p class="small muted">It goes to this server and nowhere else.</p>
        </div>
      )}
      {stats && !empty && <Examples />}
    </>
  );
}

const EXAMPLES = 5;

/** A few photos from all over the collection, to begin with. */
function Examples() {
  const { map } = useCollection();
  const [ids, setIds] = useState<number[]>([]);
  useEffect(() => {
    if (map && map.count >= EXAMPLES)
      setIds(Array.from({ length: EXAMPLES }, (_, i) => map.ids[Math.floor(((i + 0.5) * map.count) / EXAMPLES)]!));
    else
      photos(0, EXAMPLES).then(
        (list) => setIds(list.images.map((p) => p.id)),
        () => {},
      );
  }, [map]);
  return ids.length > 0 ? (
    <section class="examples" aria-labelledby="examples-title">
      <h2 id="examples-title">Or ask with one of the collection</h2>
      <p>
        {ids.map((id) => (
          <a key={id} href={`#/photo/${id}`} aria-label={`Ask with photo ${id}`}>
            <Picture id={id} size={160} alt="" />
          </a>
        ))}
      </p>
    </section>
  ) : null;
}

function QueryCard({ asked, session }: { asked: Asked; session: Session }) {
  const { answer, state } = session;
  const shown =
    asked.kind === 'photo'
      ? asked.photo.id
      : answer && answer.verdict !== 'unknown'
        ? answer.matches[0]?.id
        : undefined;
  return (
    <section class="query card" aria-label="The photo and where it was taken">
      <figure>
        <AskedPicture asked={asked} size={640} alt={`the photo asked about: ${askedName(asked)}`} />
      </figure>
      <div class="query-words">
        <Title>
          {state === 'answered' && answer ? <Headline verdict={answer.verdict} /> : 'Where was this photo taken?'}
        </Title>
        <p class="small muted name" title={askedName(asked)}>
          {shortName(askedName(asked))}
        </p>
        {state === 'asking' && <Loading>Comparing with the collection …</Loading>}
        {state === 'answered' && answer && <Verdict answer={answer} />}
        <p class="links">
          <ChooseButton label="Another photo" quiet take={takeFiles} />
          {shown !== undefined && <a href={`#/place/${shown}`}>This place over time</a>}
        </p>
      </div>
    </section>
  );
}

const Headline = ({ verdict }: { verdict: keyof typeof HEADLINES }) => (
  <span class={verdict === 'known' ? 'headline known' : 'headline'}>
    <Icon name={verdict === 'known' ? 'check' : 'unknown'} />
    {HEADLINES[verdict]}
  </span>
);

function Results({ session, onLit, max }: { session: Session; onLit: (id: number | null) => void; max: number }) {
  const { answer, state, failure, k, verify } = session;
  if (state === 'failed' && failure) {
    return (
      <div class="results">
        <Problem
          title={titleOf(failure)}
          failure={failure}
          retry={
            failure.code === 'Busy' || failure.code === 'Unreachable' || failure.code === 'Timeout'
              ? () => askAgain()
              : undefined
          }
        />
      </div>
    );
  }
  if (!answer || (state === 'asking' && !answer.matches.length)) return null;
  if (!answer.matches.length)
    return (
      <div class="results">
        <p class="muted">No photo of the collection can be compared.</p>
      </div>
    );
  return (
    <section
      class={state === 'asking' ? 'results waiting' : 'results'}
      aria-label="Matches"
      aria-busy={state === 'asking'}
    >
      <div class="results-head">
        <h2>Best matches</h2>
        <Switch checked={verify} onChange={(on) => askAgain({ verify: on })}>
          Check geometry
        </Switch>
      </div>
      <MatchList matches={answer.matches} of={askedParam(session.asked)} onLit={onLit} />
      <div class="results-foot">
        {answer.matches.length >= k && k < max && (
          <button type="button" class="button quiet" onClick={() => askAgain({ k: Math.min(max, k * 2) })}>
            Show more
          </button>
        )}
        <p class="small muted">answered in {Math.max(1, Math.round(answer.times.total_ms))} ms</p>
      </div>
    </section>
  );
}

function titleOf(failure: Failure): string {
  switch (failure.code) {
    case 'Corrupt':
    case 'Unsupported':
      return 'This is not a photo the server can read';
    case 'TooLarge':
      return 'This photo is too large';
    case 'Busy':
      return 'The server is busy';
    case 'Unreachable':
      return 'No answer from the server';
    default:
      return 'The photo could not be compared';
  }
}
