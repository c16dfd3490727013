// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// One match beside what was asked: why, and a closer look.
import { useEffect, useState } from 'preact/hooks';
import { Failure, why as askWhy } from '../api/client';
import type { Why } from '../api/types';
import { Icon, Loading, Problem, Title } from '../parts/basics';
import { replace } from '../router';
import { askPhoto, askedParam, useSession } from '../session';
import { metres, shortName, time } from '../words';
import { CompareTab } from '../why/CompareTab';
import { WhyTab } from '../why/WhyTab';

/** `of` is the number of the photo that asks, when it is one of the collection; 0 for what was dropped. */
export function Inspector({ id, tab, of }: { id: number; tab: 'why' | 'compare'; of: number }) {
  const { asked, answer, state, failure: refusal } = useSession();
  const [why, setWhy] = useState<Why | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [round, setRound] = useState(0);
  const index = answer?.matches.findIndex((m) => m.id === id) ?? -1;
  useEffect(() => {
    setWhy(null);
    setFailure(null);
    if (!asked || index < 0) return;
    const abort = new AbortController();
    askWhy(asked, id, abort.signal).then(setWhy, (e) => abort.signal.aborted || setFailure(e as Failure));
    return () => abort.abort();
  }, [id, asked, index < 0, round]);

  useEffect(() => {
    if (of) void askPhoto(of);
  }, [of]);

  if (!answer && state === 'asking') return <Loading>Comparing with the collection …</Loading>;
  if (!answer && refusal) return <Problem title="The photo could not be compared" failure={refusal} />;
  if (!asked || !answer || index < 0) {
    return (
      <div class="narrow">
        <Title>Nothing is asked</Title>
        <p class="lead muted">
          This address shows a match of a photo that was asked about earlier. Ask again to see it.
        </p>
        <p>
          <a class="button" href="#/">
            Ask about a photo
          </a>
        </p>
      </div>
    );
  }
  const match = answer.matches[index]!;
  const { matches } = answer;
  const back = asked.kind === 'photo' ? `#/photo/${asked.photo.id}` : '#/';
  const to = (i: number) => `#/match/${matches[i]!.id}?tab=${tab}${askedParam(asked)}`;
  return (
    <div class="inspector">
      <nav class="crumbs" aria-label="Matches">
        <a href={back}>
          <Icon name="back" /> All matches
        </a>
        <span class="pager">
          {index > 0 ? (
            <a href={to(index - 1)} aria-label="Previous match">
              <Icon name="back" />
            </a>
          ) : (
            <span class="off">
              <Icon name="back" />
            </span>
          )}
          <span>
            {index + 1} of {matches.length}
          </span>
          {index + 1 < matches.length ? (
            <a href={to(index + 1)} aria-label="Next match">
              <Icon name="next" />
            </a>
          ) : (
            <span class="off">
              <Icon name="next" />
            </span>
          )}
        </span>
      </nav>
      <div class="inspector-head">
        <div>
          <Title>Match {index + 1}</Title>
          <p class="muted small name" title={match.name}>
            score {match.score.toFixed(2)}
            {match.distance_m !== null && ` · ${metres(match.distance_m)} from the estimate`} · {time(match.taken)} ·{' '}
            {shortName(match.name)}
          </p>
        </div>
        <div class="inspector-ways">
          <div class="tabs" role="tablist" aria-label="What to show">
            <Tab name="why" current={tab} id={id} of={askedParam(asked)}>
              Why
            </Tab>
            <Tab name="compare" current={tab} id={id} of={askedParam(asked)}>
              Compare
            </Tab>
          </div>
          <a href={`#/place/${id}`}>Over time</a>
        </div>
      </div>
      <div role="tabpanel" id="panel" aria-labelledby={`tab-${tab}`}>
        {tab === 'compare' ? (
          <CompareTab key={id} asked={asked} size={answer.query} match={match} why={why} taken={answer.query.taken} />
        ) : failure ? (
          <Problem title="The reasons cannot be shown" failure={failure} retry={() => setRound(round + 1)} />
        ) : why ? (
          <WhyTab key={id} asked={asked} size={answer.query} match={match} why={why} />
        ) : (
          <Loading>Looking for what agrees …</Loading>
        )}
      </div>
    </div>
  );
}

function Tab({
  name,
  current,
  id,
  of,
  children,
}: {
  name: 'why' | 'compare';
  current: string;
  id: number;
  of: string;
  children: string;
}) {
  const on = name === current;
  const other = name === 'why' ? 'compare' : 'why';
  const choose = (tab: string) => replace(`#/match/${id}?tab=${tab}${of}`);
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${name}`}
      aria-selected={on}
      aria-controls="panel"
      tabIndex={on ? 0 : -1}
      onClick={() => choose(name)}
      onKeyDown={(e) => {
        if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return;
        choose(other);
        document.getElementById(`tab-${other}`)?.focus();
      }}
    >
      {children}
    </button>
  );
}
