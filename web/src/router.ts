// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The address after '#': #/, #/photo/12, #/match/7 (of what is asked), #/place/12, #/groups, #/photos.
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

export interface Route {
  view: string;
  id: number;
  params: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [view = '', id = ''] = path.split('/');
  return { view, id: Number(id) || 0, params: new URLSearchParams(query) };
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

export function go(hash: string) {
  location.hash = hash;
}

/** Changes the address without a new entry in the history: a slider's position, a tab. */
export function replace(hash: string) {
  history.replaceState(null, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

const depth = (hash: string) => parseRoute(hash.split('?')[0]!);
const scrolled = new Map<string, number>();
let shown = location.hash;

/** Every view begins at its top; the matches and lists that one comes back to lie as they were left. */
export function useScroll() {
  useLayoutEffect(() => {
    history.scrollRestoration = 'manual';
    const remember = () => scrolled.set(shown, scrollY);
    const follow = () => {
      const before = depth(shown);
      const now = depth(location.hash);
      shown = location.hash;
      if (before.view === now.view && before.id === now.id) return;
      const back = before.view === 'match' || before.view === 'place' || before.view === 'photo';
      requestAnimationFrame(() =>
        scrollTo(0, back && now.view !== 'match' && now.view !== 'place' ? (scrolled.get(shown) ?? 0) : 0),
      );
    };
    addEventListener('scrollend', remember);
    addEventListener('hashchange', follow);
    return () => {
      removeEventListener('scrollend', remember);
      removeEventListener('hashchange', follow);
    };
  }, []);
}
