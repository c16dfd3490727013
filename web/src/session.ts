// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// What is asked and what was answered. It outlives the views, so that groups can be looked at and the matches come back.
import { useEffect, useState } from 'preact/hooks';
import * as client from './api/client';
import type { Asked } from './api/client';
import { Failure } from './api/client';
import type { MapPoints, QueryAnswer, Stats } from './api/types';
import { bytes } from './words';

export interface Session {
  asked: Asked | null;
  state: 'idle' | 'asking' | 'answered' | 'failed';
  answer: QueryAnswer | null;
  failure: Failure | null;
  /** matches wanted */
  k: number;
  verify: boolean;
}

export interface Collection {
  state: 'loading' | 'ready' | 'failed';
  stats: Stats | null;
  map: MapPoints | null;
  failure: Failure | null;
}

const FIRST_K = 12;
let session: Session = { asked: null, state: 'idle', answer: null, failure: null, k: FIRST_K, verify: false };
let collection: Collection = { state: 'loading', stats: null, map: null, failure: null };
let abort: AbortController | null = null;
const listeners = new Set<() => void>();

function change() {
  listeners.forEach((tell) => tell());
}

function useChanges<T>(read: () => T): T {
  const [value, set] = useState(read);
  useEffect(() => {
    const tell = () => set(read());
    tell();
    listeners.add(tell);
    return () => void listeners.delete(tell);
  }, []);
  return value;
}

export const useSession = () => useChanges(() => session);
export const useCollection = () => useChanges(() => collection);

const asFailure = (error: unknown) => (error instanceof Failure ? error : new Failure(String(error), 'Io'));

export async function loadCollection() {
  try {
    const [stats, map] = await Promise.all([client.stats(), client.mapPoints()]);
    collection = { state: 'ready', stats, map, failure: null };
  } catch (error) {
    collection = { ...collection, state: 'failed', failure: asFailure(error) };
  }
  change();
}

async function answer() {
  const { asked, k, verify } = session;
  if (!asked) return;
  abort?.abort();
  const mine = (abort = new AbortController());
  session = { ...session, state: 'asking', failure: null };
  change();
  try {
    const limit = collection.stats?.limits.max_upload_bytes;
    if (asked.kind === 'file' && limit && asked.file.size > limit) {
      throw new Failure(
        `This file has ${bytes(asked.file.size)}; the server takes at most ${bytes(limit)}. Save the photo smaller and try again.`,
        'TooLarge',
      );
    }
    const found = await client.ask(asked, k, verify, mine.signal);
    if (!mine.signal.aborted) session = { ...session, state: 'answered', answer: found };
  } catch (error) {
    if (mine.signal.aborted) return;
    session = { ...session, state: 'failed', answer: null, failure: asFailure(error) };
  }
  change();
}

export function ask(asked: Asked) {
  forget();
  session = { ...session, asked };
  return answer();
}

export const askFile = (file: Blob, name: string) => ask({ kind: 'file', file, name, url: URL.createObjectURL(file) });

/** Asks with a photo of the collection, unless that is what is asked already. */
export async function askPhoto(id: number) {
  if (session.asked?.kind === 'photo' && session.asked.photo.id === id) return;
  forget();
  const mine = (abort = new AbortController());
  session = { ...session, state: 'asking' };
  change();
  try {
    const photo = await client.photo(id);
    if (!mine.signal.aborted) await ask({ kind: 'photo', photo });
  } catch (error) {
    if (mine.signal.aborted) return;
    session = { ...session, state: 'failed', failure: asFailure(error) };
    change();
  }
}

/** The part of an address that says which photo of the collection is asked about: such addresses can be kept. */
export const askedParam = (asked: Asked | null) => (asked?.kind === 'photo' ? `&of=${asked.photo.id}` : '');

export const askAgain = (options: Partial<Pick<Session, 'k' | 'verify'>> = {}) => {
  session = { ...session, ...options };
  return answer();
};

export function forget() {
  abort?.abort();
  if (session.asked?.kind === 'file') URL.revokeObjectURL(session.asked.url);
  session = { ...session, asked: null, state: 'idle', answer: null, failure: null, k: FIRST_K };
  change();
}
