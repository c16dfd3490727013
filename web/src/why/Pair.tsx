// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Query and match beside each other (on a phone one above the other), heat over both and lines between linked regions.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Asked } from '../api/client';
import type { Link, Match } from '../api/types';
import { AskedPicture } from '../parts/asked';
import { Picture } from '../parts/basics';
import { drawHeat } from './heat';
import type { Heat } from './heat';

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const REACH_PX = 26;

export interface PairProps {
  asked: Asked;
  size: { width: number; height: number };
  match: Match;
  heat: Heat | null;
  links: Link[];
  /** place in `links` of the one that is shown alone */
  chosen: number | null;
  onPoint: (link: number | null) => void;
}

export function Pair({ asked, size, match, heat, links, chosen, onPoint }: PairProps) {
  const frame = useRef<HTMLDivElement>(null);
  const panes = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)] as const;
  const [boxes, setBoxes] = useState<[Box, Box] | null>(null);
  useLayoutEffect(() => {
    const measure = () => {
      const origin = frame.current!.getBoundingClientRect();
      const box = (i: 0 | 1): Box => {
        const r = panes[i].current!.getBoundingClientRect();
        return { x: r.left - origin.left, y: r.top - origin.top, width: r.width, height: r.height };
      };
      setBoxes([box(0), box(1)]);
    };
    const watch = new ResizeObserver(measure);
    [frame.current!, panes[0].current!, panes[1].current!].forEach((e) => watch.observe(e));
    return () => watch.disconnect();
  }, []);

  const point = (e: PointerEvent) => {
    if (!boxes) return;
    const origin = frame.current!.getBoundingClientRect();
    const x = e.clientX - origin.left;
    const y = e.clientY - origin.top;
    let best: number | null = null;
    let least = REACH_PX;
    links.forEach((link, i) => {
      const d = Math.min(...ends(link, boxes).map((p) => Math.hypot(p.x - x, p.y - y)));
      if (d < least) [least, best] = [d, i];
    });
    onPoint(best);
  };

  return (
    <div class="pair" ref={frame} onPointerMove={point} onPointerLeave={() => onPoint(null)}>
      <figure>
        <div class="pane" ref={panes[0]} style={shape(size)}>
          <AskedPicture asked={asked} size={640} alt="the photo asked about" />
          {heat && <HeatLayer grid={heat.query} top={heat.top} />}
          <span class="tag">photo asked about</span>
        </div>
      </figure>
      <figure>
        <div class="pane" ref={panes[1]} style={shape(match)}>
          <Picture id={match.id} size={640} alt="the match" eager />
          {heat && <HeatLayer grid={heat.match} top={heat.top} />}
          <span class="tag">match</span>
        </div>
      </figure>
      {boxes && links.length > 0 && <Lines boxes={boxes} links={links} chosen={chosen} />}
    </div>
  );
}

const shape = (s: { width: number; height: number }) => ({
  aspectRatio: `${s.width} / ${s.height}`,
  '--ratio': String(s.width / s.height),
});

function HeatLayer({ grid, top }: { grid: Heat['query']; top: number }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => drawHeat(ref.current!, grid, top), [grid, top]);
  return <canvas class="heat" ref={ref} role="img" aria-label="heat map: bright where the photos agree" />;
}

const ends = (link: Link, [q, m]: [Box, Box]) =>
  [
    { x: q.x + link.query.x * q.width, y: q.y + link.query.y * q.height },
    { x: m.x + link.match.x * m.width, y: m.y + link.match.y * m.height },
  ] as const;

function Lines({ boxes, links, chosen }: { boxes: [Box, Box]; links: Link[]; chosen: number | null }) {
  const line = (link: Link, key: number, name: string) => {
    const [a, b] = ends(link, boxes);
    return (
      <g key={`${name}${key}`} class={name}>
        <line x1={a.x} y1={a.y} x2={b.x} y2={b.y} />
        <circle cx={a.x} cy={a.y} r="2.5" />
        <circle cx={b.x} cy={b.y} r="2.5" />
      </g>
    );
  };
  const one = chosen === null ? undefined : links[chosen];
  const square = (centre: { x: number; y: number }, side: number) => (
    <rect class="region" x={centre.x - side / 2} y={centre.y - side / 2} width={side} height={side} rx="2" />
  );
  return (
    <svg class={one ? 'lines dimmed' : 'lines'} aria-hidden="true">
      {links.map((l, i) => line(l, i, l.inlier ? 'fits' : 'stray'))}
      {one && (
        <>
          {line(one, chosen!, 'halo')}
          {line(one, chosen!, 'one')}
          {square(ends(one, boxes)[0], Math.max(10, one.query.size * boxes[0].width))}
          {square(ends(one, boxes)[1], Math.max(10, one.match.size * boxes[1].width))}
        </>
      )}
    </svg>
  );
}
