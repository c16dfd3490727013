// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Location as Estimate, MapPoints, Match } from '../api/types';
import { Icon, Switch, calm } from '../parts/basics';
import { count, photoCount } from '../words';
import { Points } from './cluster';
import { coloursOf, draw, hit } from './draw';
import type { Colours, Hit, Scene } from './draw';
import { attachGestures } from './gestures';
import { fit, toScreen, unwrap, worldMetres, worldX, worldY, zoomed } from './mercator';
import type { Box, View } from './mercator';
import { Picked } from './Picked';
import { Tiles } from './tiles';

const NOWHERE: MapPoints = {
  count: 0,
  without_position: 0,
  ids: [],
  lat: [],
  lon: [],
  heading_deg: [],
  taken: [],
  bounds: null,
};
const WIDE: View = { x: 0.5, y: 0.5, zoom: 1 };
const ONE_SPOT_M = 8;
const TILES_OFF = 'loci_tiles_off';

export interface MapProps {
  map: MapPoints | null;
  matches?: Match[];
  location?: Estimate | null;
  stated?: { lat: number; lon: number } | null;
  lit?: number | null;
  tileUrl?: string | null;
  tileCredit?: string | null;
  onMatch?: (id: number) => void;
}

/** What of the answer the map should show: the circle and the matches near it, else nothing in particular. */
function boxOfAnswer(scene: Pick<Scene, 'pins' | 'circle'>, matches: Match[]): Box | null {
  const { circle } = scene;
  if (!circle) return null;
  const reach = (1.8 * circle.radiusM) / worldMetres(circle.y);
  const near = new Set(matches.filter((m) => (m.distance_m ?? Infinity) < 8 * circle.radiusM).map((m) => m.id));
  const pins = scene.pins.filter((p) => near.has(p.id));
  const xs = pins.map((p) => p.x);
  const ys = pins.map((p) => p.y);
  return {
    west: Math.min(circle.x - reach, ...xs),
    east: Math.max(circle.x + reach, ...xs),
    north: Math.min(circle.y - reach, ...ys),
    south: Math.max(circle.y + reach, ...ys),
  };
}

export function MapView(props: MapProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const points = useMemo(() => new Points(props.map ?? NOWHERE), [props.map]);
  const [picked, setPicked] = useState<{ ids: number[]; x: number; y: number } | null>(null);
  const [tilesOn, setTilesOn] = useState(() => localStorage.getItem(TILES_OFF) === null);
  const matches = props.matches ?? [];
  const { location, stated } = props;

  // The scene is drawn outside of the component's own rendering, at most once a frame.
  const scene = useRef<Scene>({
    view: WIDE,
    size: { width: 1, height: 1 },
    points,
    pins: [],
    circle: null,
    stated: null,
    lit: null,
    cross: false,
    tiles: null,
  });
  const colours = useRef<Colours | null>(null);
  const wanted = useRef(0);
  const gliding = useRef(0);
  const settled = useRef(false);

  const redraw = () => {
    if (!wanted.current)
      wanted.current = requestAnimationFrame(() => {
        wanted.current = 0;
        const g = canvas.current?.getContext('2d');
        if (!g || !frame.current) return;
        colours.current ??= coloursOf(frame.current);
        const ratio = devicePixelRatio || 1;
        g.setTransform(ratio, 0, 0, ratio, 0, 0);
        draw(g, scene.current, colours.current);
      });
  };
  const move = (view: View) => {
    cancelAnimationFrame(gliding.current);
    scene.current.view = { ...view, y: Math.max(0, Math.min(1, view.y)) };
    setPicked(null);
    redraw();
  };
  const glide = (to: View) => {
    if (calm() || !settled.current) return move(to);
    cancelAnimationFrame(gliding.current);
    setPicked(null);
    const from = scene.current.view;
    const start = performance.now();
    const step = (now: number) => {
      const t = Math.min(1, (now - start) / 280);
      const e = 1 - (1 - t) ** 3;
      scene.current.view = {
        x: from.x + (to.x - from.x) * e,
        y: from.y + (to.y - from.y) * e,
        zoom: from.zoom + (to.zoom - from.zoom) * e,
      };
      redraw();
      if (t < 1) gliding.current = requestAnimationFrame(step);
    };
    gliding.current = requestAnimationFrame(step);
  };
  const home = () => {
    const box = boxOfAnswer(scene.current, matches) ?? points.box;
    if (box) glide(fit(box, scene.current.size, 60));
  };
  const all = () => points.box && glide(fit(points.box, scene.current.size));

  const tap = (px: number, py: number) => {
    const found = hit(scene.current, px, py, 8);
    return found ? open(found) : setPicked(null);
  };
  // By keyboard: what is nearest to the middle of what is seen.
  const enter = () => {
    const { width, height } = scene.current.size;
    const found = hit(scene.current, width / 2, height / 2, Math.hypot(width, height) / 2);
    if (found) open(found);
  };
  const open = (found: Hit) => {
    const { view, size } = scene.current;
    if ('pin' in found) return props.onMatch ? props.onMatch(found.pin.id) : pick([found.pin.id], found.pin);
    const { members } = found.cluster;
    const extent = points.extent(members);
    // Photos of one spot are listed; others are looked at more closely, if that parts them.
    const across = Math.hypot(extent.east - extent.west, extent.south - extent.north) * worldMetres(view.y);
    const closer = fit(extent, size, 10, 70);
    if (members.length > 1 && across > ONE_SPOT_M && closer.zoom > view.zoom + 0.3) return glide(closer);
    return pick(
      members.map((i) => points.source.ids[i]!),
      found.cluster,
    );
  };
  const pick = (ids: number[], at: { x: number; y: number }) => {
    const s = toScreen(scene.current.view, scene.current.size, at.x, at.y);
    setPicked({ ids, x: s.x, y: s.y });
  };
  const latest = useRef({ tap, enter, glide, move, home });
  latest.current = { tap, enter, glide, move, home };

  useEffect(() => {
    const element = frame.current!;
    const resize = new ResizeObserver(() => {
      const ratio = devicePixelRatio || 1;
      const { clientWidth: width, clientHeight: height } = element;
      canvas.current!.width = Math.max(1, Math.round(width * ratio));
      canvas.current!.height = Math.max(1, Math.round(height * ratio));
      scene.current.size = { width, height };
      if (!settled.current && width > 1) {
        latest.current.home();
        settled.current = true;
      }
      redraw();
    });
    resize.observe(element);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const repaint = () => {
      colours.current = null;
      redraw();
    };
    dark.addEventListener('change', repaint);
    const detach = attachGestures(element, {
      view: () => scene.current.view,
      size: () => scene.current.size,
      home: () => latest.current.home(),
      enter: () => latest.current.enter(),
      move: (v) => latest.current.move(v),
      glide: (v) => latest.current.glide(v),
      tap: (x, y) => latest.current.tap(x, y),
      hover: (x, y) => {
        element.style.cursor = hit(scene.current, x, y, 2) ? 'pointer' : 'grab';
      },
    });
    return () => {
      resize.disconnect();
      dark.removeEventListener('change', repaint);
      detach();
      cancelAnimationFrame(gliding.current);
    };
  }, []);

  useEffect(() => {
    const at = (p: { lat: number; lon: number }) => ({ x: unwrap(worldX(p.lon), points.centre), y: worldY(p.lat) });
    Object.assign(scene.current, {
      points,
      pins: matches.flatMap((m, i) =>
        m.lat === null || m.lon === null ? [] : [{ id: m.id, label: String(i + 1), ...at({ lat: m.lat, lon: m.lon }) }],
      ),
      circle: location ? { ...at(location), radiusM: location.radius_m } : null,
      stated: stated ? at(stated) : null,
    });
    if (scene.current.size.width > 1) home();
    redraw();
  }, [points, props.matches, location, stated?.lat, stated?.lon]);

  useEffect(() => {
    scene.current.lit = props.lit ?? null;
    redraw();
  }, [props.lit]);

  useEffect(() => {
    scene.current.tiles = props.tileUrl && tilesOn ? new Tiles(props.tileUrl, redraw) : null;
    redraw();
  }, [props.tileUrl, tilesOn]);

  const focused = (on: boolean) => {
    scene.current.cross = on && frame.current!.matches(':focus-visible');
    redraw();
  };
  const chooseTiles = (on: boolean) => {
    setTilesOn(on);
    if (on) localStorage.removeItem(TILES_OFF);
    else localStorage.setItem(TILES_OFF, '1');
  };

  const without = props.map?.without_position ?? 0;
  return (
    <section class="map" aria-label="Map of the collection">
      <div
        class="map-frame"
        ref={frame}
        tabIndex={0}
        role="application"
        aria-roledescription="map"
        aria-label={`Map of ${photoCount(points.source.count)}, north up. Arrow keys move, plus and minus zoom, Home shows the answer, Enter opens what is nearest to the middle.`}
        onFocus={() => focused(true)}
        onBlur={() => focused(false)}
      >
        <canvas ref={canvas} aria-hidden="true" />
      </div>
      {props.map?.count === 0 && <p class="map-empty">No photo here has a position.</p>}
      <div class="map-buttons">
        <button
          type="button"
          aria-label="Zoom in"
          title="Zoom in"
          onClick={() => glide(zoomed(scene.current.view, scene.current.size, 1))}
        >
          <Icon name="plus" />
        </button>
        <button
          type="button"
          aria-label="Zoom out"
          title="Zoom out"
          onClick={() => glide(zoomed(scene.current.view, scene.current.size, -1))}
        >
          <Icon name="minus" />
        </button>
        <button type="button" aria-label="Show all photos" title="Show all photos" onClick={all}>
          <Icon name="fit" />
        </button>
      </div>
      {props.tileUrl && (
        <div class="map-tiles">
          <Switch checked={tilesOn} onChange={chooseTiles}>
            Map tiles
          </Switch>
        </div>
      )}
      <p class="map-note">
        {props.tileUrl && tilesOn && props.tileCredit ? `${props.tileCredit} · ` : ''}
        {without > 0 && points.source.count > 0 ? `${count(without)} without a position` : 'North is up'}
      </p>
      {picked && (
        <Picked
          ids={picked.ids}
          x={picked.x}
          y={picked.y}
          close={() => {
            setPicked(null);
            frame.current?.focus();
          }}
        />
      )}
    </section>
  );
}
