// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'preact/hooks';
import { useDrop } from './parts/drop';
import { TokenDialog } from './parts/TokenDialog';
import { useRoute, useScroll } from './router';
import type { Route } from './router';
import { loadCollection, useCollection } from './session';
import { Groups } from './views/Groups';
import { Inspector } from './views/Inspector';
import { Photos } from './views/Photos';
import { Place } from './views/Place';
import { Search, takeFiles } from './views/Search';

const SECTIONS = [
  ['#/', 'Search', ['', 'photo', 'match']],
  ['#/groups', 'Places', ['groups', 'place']],
  ['#/photos', 'Photos', ['photos']],
] as const;

export function App() {
  const route = useRoute();
  const collection = useCollection();
  const [dropped, setDropped] = useState<File[]>([]);
  const adding = route.view === 'photos' && collection.stats?.changeable;
  const over = useDrop((files) => (adding ? setDropped(files) : void takeFiles(files)));
  useEffect(() => void loadCollection(), []);
  useEffect(() => {
    const section = SECTIONS.find(([, , views]) => (views as readonly string[]).includes(route.view));
    document.title = section ? `${section[1]} · loci` : 'loci';
  }, [route.view]);
  useScroll();
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(e) => {
          e.preventDefault();
          document.getElementById('main')!.focus();
        }}
      >
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href="#/" aria-label="loci, start">
          <span class="mark" aria-hidden="true" /> loci
        </a>
        <nav aria-label="Sections">
          {SECTIONS.map(([href, text, views]) => (
            <a
              key={href}
              href={href}
              aria-current={(views as readonly string[]).includes(route.view) ? 'page' : undefined}
            >
              {text}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <View route={route} dropped={dropped} taken={() => setDropped([])} />
      </main>
      <footer>
        <span>loci {collection.stats?.version ?? ''}</span>
        <a href="v1/openapi.json">Interface</a>
        <a href="licences.txt">Licences</a>
      </footer>
      {over && (
        <div class="drop-over" aria-hidden="true">
          <p>{adding ? 'Drop to add' : 'Drop to find the place'}</p>
        </div>
      )}
      <TokenDialog />
    </>
  );
}

function View({ route, dropped, taken }: { route: Route; dropped: File[]; taken: () => void }) {
  const by = route.params.get('by');
  switch (route.view) {
    case 'groups':
      return <Groups />;
    case 'photos':
      return <Photos dropped={dropped} taken={taken} />;
    case 'place':
      return (
        <Place
          id={route.id}
          by={by === 'group' || by === 'direction' || by === 'near' ? by : null}
          at={Number(route.params.get('at'))}
        />
      );
    case 'match':
      return (
        <Inspector
          id={route.id}
          tab={route.params.get('tab') === 'compare' ? 'compare' : 'why'}
          of={Number(route.params.get('of'))}
        />
      );
    default:
      return <Search photoId={route.view === 'photo' ? route.id : 0} />;
  }
}
