// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
import { askForToken, token } from './token';
import type * as api from './types';

/** A refusal of the server, or the server out of reach, in words for a person. */
export class Failure extends Error {
  constructor(
    message: string,
    /** an api.Error code, or Unreachable */
    readonly code: api.Error['code'] | 'Unreachable',
    readonly retryAfterS = 0,
  ) {
    super(message);
  }
}

const UNREACHABLE =
  'The server does not answer. Check that `loci serve` is still running and that this computer can reach it.';

export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const given = token();
    const headers = new Headers(init.headers);
    if (given) headers.set('Authorization', `Bearer ${given}`);
    let response: Response;
    try {
      response = await fetch(path, { ...init, headers });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new Failure(UNREACHABLE, 'Unreachable');
    }
    if (response.ok) return response;
    const body = (await response.json().catch(() => null)) as api.Error | null;
    const message = body?.message ?? `The server answered ${response.status} ${response.statusText}.`;
    if (response.status === 401 && (await askForToken(given, message))) continue;
    throw new Failure(message, body?.code ?? 'Io', Number(response.headers.get('Retry-After') ?? 0));
  }
}

async function json<T>(path: string, init?: RequestInit): Promise<T> {
  return (await request(path, init)).json() as Promise<T>;
}

const upload = (body: Blob, signal?: AbortSignal): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'Content-Type': body.type.startsWith('image/') ? body.type : 'application/octet-stream' },
  signal,
});

export const stats = () => json<api.Stats>('v1/stats');
export const mapPoints = () => json<api.MapPoints>('v1/map');
export const photo = (id: number) => json<api.Photo>(`v1/images/${id}`);
export const photos = (after: number, limit: number) => json<api.PhotoList>(`v1/images?after=${after}&limit=${limit}`);
export const place = (id: number, radiusM: number) => json<api.Place>(`v1/images/${id}/place?radius_m=${radiusM}`);
export const removePhoto = (id: number) => json<api.Removed>(`v1/images/${id}`, { method: 'DELETE' });

export const addPhoto = (file: File) =>
  json<api.Added>(`v1/images?name=${encodeURIComponent(file.name.slice(-200))}`, upload(file));

/** The groups, and after how many seconds to ask again while they are being computed. */
export async function groups(): Promise<{ groups: api.Groups; retryAfterS: number }> {
  const response = await request('v1/groups');
  const found = (await response.json()) as api.Groups;
  return {
    groups: found,
    retryAfterS: found.state === 'running' ? Number(response.headers.get('Retry-After') ?? 1) || 1 : 0,
  };
}

/** What is asked about: a file from outside, or a photo of the collection. */
export type Asked = { kind: 'file'; file: Blob; name: string; url: string } | { kind: 'photo'; photo: api.Photo };

export function ask(asked: Asked, k: number, verify: boolean, signal?: AbortSignal): Promise<api.QueryAnswer> {
  const options = `k=${k}${verify ? '&verify=true' : ''}`;
  return asked.kind === 'file'
    ? json(`v1/query?${options}`, upload(asked.file, signal))
    : json(`v1/images/${asked.photo.id}/matches?${options}`, { signal });
}

export function why(asked: Asked, match: number, signal?: AbortSignal): Promise<api.Why> {
  return asked.kind === 'file'
    ? json(`v1/why?id=${match}`, upload(asked.file, signal))
    : json(`v1/images/${asked.photo.id}/why?match=${match}`, { signal });
}

export const thumbnail = (id: number, size: 64 | 160 | 320 | 640 | 1280 | 2048) =>
  `v1/images/${id}/thumbnail?size=${size}`;
