// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The photos at a spot of the map, with what can be done with them.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { photo } from '../api/client';
import type { Photo } from '../api/types';
import { Icon, Picture } from '../parts/basics';
import { photoCount, time } from '../words';

const AT_MOST = 24;

export function Picked({ ids, x, y, close }: { ids: number[]; x: number; y: number; close: () => void }) {
  const ref = useRef<HTMLDivElement>(null);
  const [one, setOne] = useState<Photo | null>(null);
  useEffect(() => {
    setOne(null);
    if (ids.length === 1) photo(ids[0]!).then(setOne, () => {});
  }, [ids]);
  useLayoutEffect(() => {
    const box = ref.current!;
    const room = box.offsetParent as HTMLElement;
    const left = Math.max(8, Math.min(room.clientWidth - box.offsetWidth - 8, x - box.offsetWidth / 2));
    const above = y - box.offsetHeight - 14;
    box.style.left = `${left}px`;
    box.style.top = `${above > 8 ? above : Math.min(y + 14, Math.max(8, room.clientHeight - box.offsetHeight - 8))}px`;
  }, [ids, x, y, one]);
  useEffect(() => ref.current?.querySelector<HTMLElement>('a')?.focus({ preventScroll: true }), [ids]);
  return (
    <div
      class="picked"
      ref={ref}
      role="dialog"
      aria-label={ids.length === 1 ? 'Photo on the map' : `${photoCount(ids.length)} at one spot`}
      onKeyDown={(e) => e.key === 'Escape' && close()}
    >
      <button type="button" class="picked-close" aria-label="Close" onClick={close}>
        <Icon name="close" />
      </button>
      {ids.length === 1 ? (
        <>
          <Picture id={ids[0]!} size={320} alt={one?.name ?? 'photo'} eager />
          <p class="picked-name">{one ? time(one.taken) : '\u00a0'}</p>
          <p class="links">
            <a href={`#/photo/${ids[0]}`}>Find matches</a>
            <a href={`#/place/${ids[0]}`}>Over time</a>
          </p>
        </>
      ) : (
        <>
          <p class="picked-name">{photoCount(ids.length)} at one spot</p>
          <div class="picked-many">
            {ids.slice(0, AT_MOST).map((id) => (
              <a key={id} href={`#/photo/${id}`} aria-label={`Find matches of photo ${id}`}>
                <Picture id={id} size={160} alt="" />
              </a>
            ))}
          </div>
          {ids.length > AT_MOST && <p class="muted">and {ids.length - AT_MOST} more</p>}
          <p class="links">
            <a href={`#/place/${ids[0]}`}>All over time</a>
          </p>
        </>
      )}
    </div>
  );
}
