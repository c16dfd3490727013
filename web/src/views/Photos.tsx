// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// All photos of the collection; where the server allows it, more can be added and some forgotten.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Failure, addPhoto, photos as askPhotos, removePhoto } from '../api/client';
import type { Photo } from '../api/types';
import { Icon, Loading, Picture, Problem, Title, sentence } from '../parts/basics';
import { ChooseButton } from '../parts/drop';
import { loadCollection, useCollection } from '../session';
import { count, photoCount, shortName, time } from '../words';

const PAGE = 60;

interface Upload {
  name: string;
  state: 'waiting' | 'sending' | 'added' | 'unchanged' | 'failed';
  message?: string;
}

const STATES = {
  waiting: 'waiting',
  sending: 'being added …',
  added: 'added',
  unchanged: 'was here already',
  failed: 'not added',
};

export function Photos({ dropped, taken }: { dropped: File[]; taken: () => void }) {
  const { stats } = useCollection();
  const changeable = stats?.changeable ?? false;
  const [list, setList] = useState<Photo[]>([]);
  const [next, setNext] = useState<number | null>(0);
  const [total, setTotal] = useState<number | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [uploads, setUploads] = useState<Upload[]>([]);
  const [going, setGoing] = useState<Photo | null>(null);
  const busy = useRef(false);

  const more = async (after: number, known: Photo[]) => {
    setFailure(null);
    try {
      const page = await askPhotos(after, PAGE);
      setList([...known, ...page.images]);
      setNext(page.next_after);
      setTotal(page.total);
    } catch (error) {
      setFailure(error as Failure);
    }
  };
  useEffect(() => void more(0, []), []);

  const add = async (files: File[]) => {
    if (busy.current) return;
    busy.current = true;
    const state: Upload[] = files.map((f) => ({ name: f.name, state: 'waiting' }));
    const tell = (i: number, change: Partial<Upload>) => {
      state[i] = { ...state[i]!, ...change };
      setUploads([...state]);
    };
    for (const [i, file] of files.entries()) {
      tell(i, { state: 'sending' });
      try {
        tell(i, { state: (await addPhoto(file)).state });
      } catch (error) {
        tell(i, { state: 'failed', message: (error as Failure).message });
      }
    }
    busy.current = false;
    await loadCollection();
    await more(0, []);
  };
  useEffect(() => {
    if (!dropped.length) return;
    taken();
    if (changeable) void add(dropped);
  }, [dropped]);

  const forget = async (photo: Photo) => {
    setGoing(null);
    try {
      await removePhoto(photo.id);
      setList((all) => all.filter((p) => p.id !== photo.id));
      setTotal((t) => (t === null ? t : t - 1));
      await loadCollection();
    } catch (error) {
      setFailure(error as Failure);
    }
  };

  return (
    <div class="photos">
      <div class="view-head">
        <div>
          <Title>Photos</Title>
          <p class="muted">
            {total === null
              ? '\u00a0'
              : total === 0
                ? 'The collection is empty.'
                : `${photoCount(total)}. Each of them can ask for its matches.`}
          </p>
        </div>
        {changeable && <ChooseButton label="Add photos" many take={add} />}
      </div>
      {!changeable && stats && (
        <p class="small muted">
          This server was started for looking only; photos come with <code>loci index PHOTOS --db DIR</code>.
        </p>
      )}
      {uploads.length > 0 && (
        <ul class="uploads card" role="status">
          {uploads.map((u) => (
            <li key={u.name} class={`is-${u.state}`}>
              <span class="name">{u.name}</span> <b>{STATES[u.state]}</b>
              {u.message && <span class="small"> {sentence(u.message)}</span>}
            </li>
          ))}
        </ul>
      )}
      {failure && <Problem title="The photos cannot be shown" failure={failure} retry={() => more(0, [])} />}
      {total === null && !failure && <Loading>Looking at the collection …</Loading>}
      <ul class="tiles-grid">
        {list.map((p) => (
          <li key={p.id} class="photo-tile">
            <a href={`#/photo/${p.id}`} aria-label={`Find matches of ${p.name}`}>
              <Picture id={p.id} size={320} alt="" width={p.width} height={p.height} />
            </a>
            <p class="small">
              <span class="name" title={p.name}>
                {shortName(p.name)}
              </span>
              <span class="muted">
                {time(p.taken)}
                {p.lat === null ? ' · no position' : ''}
              </span>
            </p>
            {changeable && (
              <button
                type="button"
                class="forget"
                aria-label={`Forget ${p.name}`}
                title="Forget this photo"
                onClick={() => setGoing(p)}
              >
                <Icon name="trash" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {next !== null && list.length > 0 && (
        <button type="button" class="button quiet" onClick={() => more(next, list)}>
          Show more ({count(list.length)} of {count(total ?? 0)})
        </button>
      )}
      {going && <ForgetDialog photo={going} close={() => setGoing(null)} forget={() => forget(going)} />}
    </div>
  );
}

function ForgetDialog({ photo, close, forget }: { photo: Photo; close: () => void; forget: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  return (
    <dialog ref={ref} onClose={close} aria-labelledby="forget-title">
      <h2 id="forget-title">Forget this photo?</h2>
      <div class="dialog-picture">
        <Picture id={photo.id} size={320} alt={photo.name} />
      </div>
      <p>
        It will no longer be found. Its file is deleted only if it was added through this server; a file that was
        indexed from a folder stays where it is.
      </p>
      <p class="links end">
        <button type="button" class="button quiet" onClick={() => ref.current?.close()}>
          Keep it
        </button>
        <button type="button" class="button danger" onClick={forget}>
          Forget it
        </button>
      </p>
    </dialog>
  );
}
