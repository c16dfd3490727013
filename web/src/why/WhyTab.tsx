// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from 'preact/hooks';
import type { Asked } from '../api/client';
import type { Match, Why } from '../api/types';
import { Switch, sentence } from '../parts/basics';
import { heatOf } from './heat';
import { Pair } from './Pair';

/** Of the regions that do not fit only the best are sent. */
const strayWords = (why: Why, sent: number) => {
  const all = why.geometry.candidates - why.geometry.inliers;
  return sent < all ? `${sent} of the ${all} that do not fit` : `the ${sent} that do not fit`;
};

export function WhyTab({
  asked,
  size,
  match,
  why,
}: {
  asked: Asked;
  size: { width: number; height: number };
  match: Match;
  why: Why;
}) {
  const [cluster, setCluster] = useState<number | null>(null);
  const [heatOn, setHeatOn] = useState(true);
  const [linksOn, setLinksOn] = useState(true);
  const [strays, setStrays] = useState(false);
  const [step, setStep] = useState(0);
  const [pointed, setPointed] = useState<number | null>(null);
  const links = useMemo(() => (linksOn ? why.links.filter((l) => strays || l.inlier) : []), [why, linksOn, strays]);
  const heat = useMemo(() => (heatOn ? heatOf(why, cluster) : null), [why, cluster, heatOn]);
  const hasHeat = why.contribution !== null || why.clusters.length > 0;
  const inliers = why.links.filter((l) => l.inlier).length;
  const current = Math.min(step, links.length);
  const chosen = pointed ?? (current > 0 ? current - 1 : null);
  const one = chosen === null ? undefined : links[chosen];
  return (
    <>
      <p class="lead">{sentence(why.message)}</p>
      <div class="why-controls">
        {hasHeat && (
          <div class="control-row" role="group" aria-labelledby="heat-title">
            <h2 id="heat-title">Where they agree</h2>
            <Switch checked={heatOn} onChange={setHeatOn}>
              Heat map
            </Switch>
            <div class="chips" role="radiogroup" aria-label="Clusters">
              <label class="chip">
                <input
                  type="radio"
                  name="cluster"
                  disabled={!heatOn || !why.contribution}
                  checked={cluster === null}
                  onChange={() => setCluster(null)}
                />
                <span>Everything</span>
              </label>
              {why.clusters.map((c) => (
                <label class="chip" key={c.cluster}>
                  <input
                    type="radio"
                    name="cluster"
                    disabled={!heatOn}
                    checked={cluster === c.cluster}
                    onChange={() => setCluster(c.cluster)}
                  />
                  <span>
                    Cluster {c.cluster}{' '}
                    <small>{((c.agreement * 100) / Math.max(1e-9, why.unwhitened_score ?? 1)).toFixed(0)} %</small>
                  </span>
                </label>
              ))}
            </div>
          </div>
        )}
        <div class="control-row" role="group" aria-labelledby="links-title">
          <h2 id="links-title">Matched regions</h2>
          <Switch checked={linksOn} onChange={setLinksOn}>
            Lines
          </Switch>
          <div class="controls">
            {why.links.length > inliers && (
              <Switch checked={strays} onChange={setStrays}>
                Also {strayWords(why, why.links.length - inliers)}
              </Switch>
            )}
            {links.length > 0 && (
              <label class="stepper">
                <span>One by one</span>
                <input
                  type="range"
                  min="0"
                  max={links.length}
                  value={current}
                  aria-label="Show one pair of regions"
                  onInput={(e) => setStep(Number(e.currentTarget.value))}
                  aria-valuetext={current ? `pair ${current} of ${links.length}` : 'all pairs'}
                />
                <output>{current ? `${current} of ${links.length}` : 'all'}</output>
              </label>
            )}
          </div>
        </div>
      </div>
      <Pair asked={asked} size={size} match={match} heat={heat} links={links} chosen={chosen} onPoint={setPointed} />
      <p class="small muted">
        {one
          ? `This pair: similarity ${one.similarity.toFixed(2)}, ${one.inlier ? 'fits the common geometry' : 'does not fit the common geometry'}.`
          : heat && cluster === null
            ? 'Bright: adds most to the likeness. Dark: adds nothing, or speaks against it.'
            : heat
              ? 'Bright: what this visual word (cluster) was assigned to in both photos.'
              : '\u00a0'}
      </p>
      {!hasHeat && (
        <p class="small muted">The pooling of this model is not a sum over regions, so there is no heat map.</p>
      )}
    </>
  );
}
