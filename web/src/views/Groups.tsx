// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'preact/hooks';
import { Failure, groups as askGroups } from '../api/client';
import type { Group, Groups as GroupsAnswer } from '../api/types';
import { Loading, Picture, Problem, Title, sentence } from '../parts/basics';
import { coordinates, count, period, photoCount } from '../words';

const STEP = 60;

export function Groups() {
  const [answer, setAnswer] = useState<GroupsAnswer | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [round, setRound] = useState(0);
  const [shown, setShown] = useState(STEP);
  useEffect(() => {
    let timer = 0;
    let current = true;
    const poll = () =>
      askGroups().then(
        ({ groups, retryAfterS }) => {
          if (!current) return;
          setAnswer(groups);
          if (retryAfterS) timer = window.setTimeout(poll, retryAfterS * 1000);
        },
        (e) => current && setFailure(e as Failure),
      );
    setFailure(null);
    poll();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [round]);

  const groups = answer?.groups ?? [];
  return (
    <div class="groups">
      <Title>Places in this collection</Title>
      <p class="lead muted">Photos that show the same place, found from the pictures alone.</p>
      {failure && <Problem title="The places cannot be shown" failure={failure} retry={() => setRound(round + 1)} />}
      {answer?.state === 'failed' && (
        <Problem
          title="The photos could not be grouped"
          failure={new Failure(answer.message ?? 'no reason was given', 'Io')}
          retry={() => setRound(round + 1)}
        />
      )}
      {!answer && !failure && <Loading>Asking for the places …</Loading>}
      {answer?.state === 'running' && (
        <div class="card grouping" role="status">
          <p>
            Comparing every photo with those most like it: {count(answer.done)} of {count(answer.total)}.
          </p>
          <progress max={Math.max(1, answer.total)} value={answer.done} aria-label="photos compared" />
          <p class="small muted">This is done once, and goes on when you leave this page.</p>
        </div>
      )}
      {answer?.state === 'ready' && (
        <>
          <p class="muted" role="status">
            {groups.length
              ? `${count(groups.length)} ${groups.length === 1 ? 'place' : 'places'} with more than one photo${answer.ungrouped ? `; ${photoCount(answer.ungrouped)} alone` : ''}.`
              : sentence(
                  answer.total ? 'no two photos of this collection show the same place' : 'the collection is empty',
                )}
          </p>
          <ul class="tiles-grid">
            {groups.slice(0, shown).map((g) => (
              <GroupTile key={g.place} group={g} />
            ))}
          </ul>
          {groups.length > shown && (
            <button type="button" class="button quiet" onClick={() => setShown(shown + STEP)}>
              Show more places
            </button>
          )}
        </>
      )}
    </div>
  );
}

function GroupTile({ group }: { group: Group }) {
  const others = group.ids.filter((id) => id !== group.cover).slice(0, 3);
  const when = period(group.first_taken, group.last_taken);
  return (
    <li>
      <a class="group-tile" href={`#/place/${group.cover}?by=group`}>
        <span class="group-pictures">
          <Picture id={group.cover} size={320} alt="" />
          <span class="group-more">
            {others.map((id) => (
              <Picture key={id} id={id} size={160} alt="" />
            ))}
          </span>
        </span>
        <span class="group-words">
          {group.name && <b>{group.name}</b>}
          {group.name ? <span>{photoCount(group.ids.length)}</span> : <b>{photoCount(group.ids.length)}</b>}
          {when && <span class="small">{when}</span>}
          <span class="small muted">
            {group.lat !== null && group.lon !== null ? coordinates(group.lat, group.lon) : 'no position'}
          </span>
          {group.proposals > 0 && <span class="small">{photoCount(group.proposals)} could be placed</span>}
        </span>
      </a>
    </li>
  );
}
