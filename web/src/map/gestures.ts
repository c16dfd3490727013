// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Dragging, wheel, two fingers and keys on the map.
import { scaleOf, zoomed } from './mercator';
import type { Size, View } from './mercator';

export interface Handlers {
  view: () => View;
  size: () => Size;
  move: (view: View) => void;
  glide: (view: View) => void;
  tap: (x: number, y: number) => void;
  hover: (x: number, y: number) => void;
  home: () => void;
  enter: () => void;
}

const STEP_PX = 60;
const STILL_PX = 5;

export function attachGestures(element: HTMLElement, on: Handlers): () => void {
  const fingers = new Map<number, { x: number; y: number }>();
  let moved = 0;
  const place = (e: PointerEvent | WheelEvent | MouseEvent) => {
    const box = element.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  };
  const pan = (dx: number, dy: number): View => {
    const view = on.view();
    const s = scaleOf(view.zoom);
    return { ...view, x: view.x - dx / s, y: view.y - dy / s };
  };

  const down = (e: PointerEvent) => {
    if (e.button !== 0) return;
    element.setPointerCapture(e.pointerId);
    if (!fingers.size) moved = 0;
    fingers.set(e.pointerId, place(e));
  };
  const move = (e: PointerEvent) => {
    const before = fingers.get(e.pointerId);
    const now = place(e);
    if (!before) {
      on.hover(now.x, now.y);
      return;
    }
    moved += Math.hypot(now.x - before.x, now.y - before.y);
    const other = [...fingers].find(([id]) => id !== e.pointerId)?.[1];
    fingers.set(e.pointerId, now);
    if (!other) {
      if (moved > STILL_PX) on.move(pan(now.x - before.x, now.y - before.y));
      return;
    }
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(now.x - other.x, now.y - other.y);
    const view = pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    on.move(
      zoomed(
        view,
        on.size(),
        Math.log2(Math.max(1, is) / Math.max(1, was)),
        (now.x + other.x) / 2,
        (now.y + other.y) / 2,
      ),
    );
  };
  const up = (e: PointerEvent) => {
    const at = fingers.get(e.pointerId);
    fingers.delete(e.pointerId);
    if (at && e.type === 'pointerup' && moved <= STILL_PX && !fingers.size) on.tap(at.x, at.y);
  };
  const wheel = (e: WheelEvent) => {
    e.preventDefault();
    const at = place(e);
    const lines = e.deltaMode === 1 ? 20 : 1;
    on.move(zoomed(on.view(), on.size(), Math.max(-1, Math.min(1, (-e.deltaY * lines) / 280)), at.x, at.y));
  };
  const twice = (e: MouseEvent) => {
    const at = place(e);
    on.glide(zoomed(on.view(), on.size(), 1, at.x, at.y));
  };
  const key = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target !== element) return;
    const steps: Record<string, () => void> = {
      ArrowLeft: () => on.glide(pan(STEP_PX, 0)),
      ArrowRight: () => on.glide(pan(-STEP_PX, 0)),
      ArrowUp: () => on.glide(pan(0, STEP_PX)),
      ArrowDown: () => on.glide(pan(0, -STEP_PX)),
      '+': () => on.glide(zoomed(on.view(), on.size(), 1)),
      '=': () => on.glide(zoomed(on.view(), on.size(), 1)),
      '-': () => on.glide(zoomed(on.view(), on.size(), -1)),
      Home: on.home,
      Enter: on.enter,
    };
    if (!steps[e.key]) return;
    e.preventDefault();
    steps[e.key]!();
  };

  const all: [string, (e: never) => void, AddEventListenerOptions?][] = [
    ['pointerdown', down],
    ['pointermove', move],
    ['pointerup', up],
    ['pointercancel', up],
    ['wheel', wheel, { passive: false }],
    ['dblclick', twice],
    ['keydown', key],
  ];
  all.forEach(([name, f, options]) => element.addEventListener(name, f as EventListener, options));
  return () => all.forEach(([name, f]) => element.removeEventListener(name, f as EventListener));
}
