// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
import { metres } from '../words';
import { clusterRadius } from './cluster';
import type { Cluster, Points } from './cluster';
import { roundLength, scaleOf, toScreen, toWorld, worldMetres } from './mercator';
import type { Size, View } from './mercator';
import type { Tiles } from './tiles';

export interface Pin {
  id: number;
  x: number;
  y: number;
  label: string;
}

export interface Scene {
  view: View;
  size: Size;
  points: Points | null;
  pins: Pin[];
  /** the estimated location, radius in metres */
  circle: { x: number; y: number; radiusM: number } | null;
  /** where the photo itself says it was taken */
  stated: { x: number; y: number } | null;
  lit: number | null;
  cross: boolean;
  tiles: Tiles | null;
}

export interface Colours {
  paper: string;
  card: string;
  ink: string;
  soft: string;
  line: string;
  accent: string;
  onAccent: string;
  font: string;
}

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    paper: read('--paper'),
    card: read('--card'),
    ink: read('--ink'),
    soft: read('--soft'),
    line: read('--line'),
    accent: read('--accent'),
    onAccent: read('--on-accent'),
    font: style.fontFamily,
  };
}

type Canvas = CanvasRenderingContext2D;

export function draw(g: Canvas, scene: Scene, c: Colours) {
  const { size } = scene;
  g.fillStyle = c.paper;
  g.fillRect(0, 0, size.width, size.height);
  if (scene.tiles) scene.tiles.draw(g, scene.view, size);
  else drawGrid(g, scene, c);
  drawCircle(g, scene, c);
  drawPoints(g, scene, c);
  drawStated(g, scene, c);
  drawPins(g, scene, c);
  if (scene.points?.source.count) drawScale(g, scene, c);
  if (scene.cross) drawCross(g, scene, c);
}

function drawGrid(g: Canvas, { view, size }: Scene, c: Colours) {
  const world = worldMetres(view.y);
  const step = roundLength((120 / scaleOf(view.zoom)) * world) / world;
  const from = toWorld(view, size, 0, 0);
  const to = toWorld(view, size, size.width, size.height);
  g.strokeStyle = c.line;
  g.lineWidth = 1;
  g.beginPath();
  for (let x = Math.ceil(from.x / step) * step; x < to.x; x += step) {
    const px = Math.round(toScreen(view, size, x, 0).x) + 0.5;
    g.moveTo(px, 0);
    g.lineTo(px, size.height);
  }
  for (let y = Math.ceil(from.y / step) * step; y < to.y; y += step) {
    const py = Math.round(toScreen(view, size, 0, y).y) + 0.5;
    g.moveTo(0, py);
    g.lineTo(size.width, py);
  }
  g.stroke();
}

function disc(g: Canvas, x: number, y: number, r: number) {
  g.beginPath();
  g.arc(x, y, r, 0, 2 * Math.PI);
}

function drawCircle(g: Canvas, { circle, view, size }: Scene, c: Colours) {
  if (!circle) return;
  const at = toScreen(view, size, circle.x, circle.y);
  disc(g, at.x, at.y, Math.max(6, (circle.radiusM / worldMetres(circle.y)) * scaleOf(view.zoom)));
  g.globalAlpha = 0.14;
  g.fillStyle = c.accent;
  g.fill();
  g.globalAlpha = 1;
  g.strokeStyle = c.accent;
  g.lineWidth = 2;
  g.stroke();
  g.beginPath();
  g.moveTo(at.x - 5, at.y);
  g.lineTo(at.x + 5, at.y);
  g.moveTo(at.x, at.y - 5);
  g.lineTo(at.x, at.y + 5);
  g.stroke();
}

function drawPoints(g: Canvas, scene: Scene, c: Colours) {
  const { points, view, size } = scene;
  if (!points) return;
  const visible = points
    .clusters(view.zoom)
    .map((cluster) => ({ cluster, at: toScreen(view, size, cluster.x, cluster.y) }))
    .filter(({ at }) => at.x > -30 && at.y > -30 && at.x < size.width + 30 && at.y < size.height + 30);
  g.font = `600 11px ${c.font}`;
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.globalAlpha = scene.pins.length ? 0.45 : 1;
  for (const { cluster, at } of visible) {
    const n = cluster.members.length;
    const heading = points.source.heading_deg[cluster.members[0]!];
    if (n === 1 && heading != null && visible.length < 300) drawHeading(g, at, heading, c);
    disc(g, at.x, at.y, clusterRadius(n));
    g.fillStyle = n === 1 ? c.soft : c.card;
    g.fill();
    g.strokeStyle = n === 1 ? c.card : c.soft;
    g.lineWidth = 1.25;
    g.stroke();
    if (n > 1) {
      g.fillStyle = c.ink;
      g.fillText(n < 1000 ? String(n) : `${Math.round(n / 100) / 10}k`, at.x, at.y + 0.5);
    }
  }
  g.globalAlpha = 1;
}

function drawHeading(g: Canvas, at: { x: number; y: number }, deg: number, c: Colours) {
  const middle = ((deg - 90) * Math.PI) / 180;
  const half = 0.42;
  g.beginPath();
  g.moveTo(at.x, at.y);
  g.arc(at.x, at.y, 15, middle - half, middle + half);
  g.closePath();
  const alpha = g.globalAlpha;
  g.globalAlpha = 0.32 * alpha;
  g.fillStyle = c.soft;
  g.fill();
  g.globalAlpha = alpha;
}

function drawStated(g: Canvas, { stated, view, size }: Scene, c: Colours) {
  if (!stated) return;
  const at = toScreen(view, size, stated.x, stated.y);
  const r = 7;
  g.beginPath();
  g.moveTo(at.x, at.y - r);
  g.lineTo(at.x + r, at.y);
  g.lineTo(at.x, at.y + r);
  g.lineTo(at.x - r, at.y);
  g.closePath();
  g.fillStyle = c.card;
  g.fill();
  g.strokeStyle = c.ink;
  g.lineWidth = 2;
  g.stroke();
}

/** Pins of matches, the best on top; the one that is pointed at in the list above all. */
function drawPins(g: Canvas, { pins, view, size, lit }: Scene, c: Colours) {
  const order = [...pins].reverse().sort((a, b) => Number(a.id === lit) - Number(b.id === lit));
  for (const pin of order) {
    const at = toScreen(view, size, pin.x, pin.y);
    const strong = pin.id === lit;
    const r = strong ? 13 : 10;
    disc(g, at.x, at.y, r);
    g.fillStyle = strong ? c.ink : c.accent;
    g.fill();
    g.strokeStyle = c.card;
    g.lineWidth = 2;
    g.stroke();
    g.font = `700 ${strong ? 13 : 11}px ${c.font}`;
    g.textAlign = 'center';
    g.textBaseline = 'middle';
    g.fillStyle = strong ? c.card : c.onAccent;
    g.fillText(pin.label, at.x, at.y + 0.5);
  }
}

function drawScale(g: Canvas, { view, size }: Scene, c: Colours) {
  const perPixel = worldMetres(view.y) / scaleOf(view.zoom);
  const length = roundLength(130 * perPixel);
  const wide = length / perPixel;
  const x = 14;
  const y = size.height - 16;
  const text = metres(length);
  g.font = `12px ${c.font}`;
  g.textAlign = 'left';
  g.textBaseline = 'alphabetic';
  const plate = Math.max(wide, g.measureText(text).width) + 16;
  g.globalAlpha = 0.82;
  g.fillStyle = c.card;
  g.beginPath();
  g.roundRect(x - 8, y - 22, plate, 30, 6);
  g.fill();
  g.globalAlpha = 1;
  g.strokeStyle = c.soft;
  g.lineWidth = 1.5;
  g.beginPath();
  g.moveTo(x, y - 4);
  g.lineTo(x, y);
  g.lineTo(x + wide, y);
  g.lineTo(x + wide, y - 4);
  g.stroke();
  g.fillStyle = c.ink;
  g.fillText(text, x + 2, y - 8);
}

function drawCross(g: Canvas, { size }: Scene, c: Colours) {
  const x = size.width / 2;
  const y = size.height / 2;
  g.strokeStyle = c.ink;
  g.lineWidth = 1.5;
  g.beginPath();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    g.moveTo(x + dx * 7, y + dy * 7);
    g.lineTo(x + dx * 18, y + dy * 18);
  }
  g.stroke();
}

export type Hit = { pin: Pin } | { cluster: Cluster };

/** The pin or cluster whose edge is nearest to a point of the screen, at most `reach` pixels away. */
export function hit(scene: Scene, px: number, py: number, reach: number): Hit | null {
  const away = (p: { x: number; y: number }, r: number) => {
    const at = toScreen(scene.view, scene.size, p.x, p.y);
    return Math.max(0, Math.hypot(at.x - px, at.y - py) - r);
  };
  let best: Hit | null = null;
  let least = reach;
  for (const cluster of scene.points?.clusters(scene.view.zoom) ?? []) {
    const d = away(cluster, clusterRadius(cluster.members.length));
    if (d <= least) [best, least] = [{ cluster }, d];
  }
  for (const pin of [...scene.pins].reverse()) {
    const d = away(pin, 10);
    if (d <= least) [best, least] = [{ pin }, d];
  }
  return best;
}
