// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Numbers, times and places as a person reads them.
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const HOUR = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
const WHOLE = new Intl.NumberFormat('en-GB');

/** Local times without zone are read as UTC, so that they are shown as they were written. */
export const moment = (taken: string) => new Date(taken.length > 10 ? `${taken}Z` : `${taken}T00:00:00Z`);

export const count = (n: number) => WHOLE.format(n);

export const photoCount = (n: number) => `${count(n)} ${n === 1 ? 'photo' : 'photos'}`;

export const day = (taken: string) => DAY.format(moment(taken));

export const hour = (taken: string) => (taken.length > 10 ? HOUR.format(moment(taken)) : '');

export function time(taken: string | null): string {
  if (!taken) return 'time unknown';
  const h = hour(taken);
  return h ? `${day(taken)}, ${h}` : day(taken);
}

export function period(first: string | null, last: string | null): string {
  if (!first || !last) return '';
  const a = first.slice(0, 4);
  const b = last.slice(0, 4);
  if (first.slice(0, 10) === last.slice(0, 10)) return day(first);
  return a === b
    ? `${moment(first).toLocaleString('en-GB', { month: 'short', timeZone: 'UTC' })} – ${day(last).replace(/^\d+ /, '')}`
    : `${a} – ${b}`;
}

export function metres(m: number): string {
  if (m >= 10_000) return `${count(Math.round(m / 1000))} km`;
  if (m >= 1000) return `${(m / 1000).toFixed(1)} km`;
  return m >= 10 || m === 0 ? `${Math.round(m)} m` : `${m.toFixed(1)} m`;
}

export const coordinates = (lat: number, lon: number) =>
  `${Math.abs(lat).toFixed(5)}° ${lat < 0 ? 'S' : 'N'}, ${Math.abs(lon).toFixed(5)}° ${lon < 0 ? 'W' : 'E'}`;

export const percent = (part: number) => {
  const p = part * 100;
  return p > 99.9 && p < 100 ? '> 99.9 %' : `${p >= 99 && p < 100 ? p.toFixed(1) : Math.round(p)} %`;
};

export const bytes = (n: number) => (n >= 2 ** 20 ? `${Math.round(n / 2 ** 20)} MB` : `${Math.round(n / 1024)} kB`);

/** Long names of files keep their beginning and their end; words to be split into lines do not. */
export const shortName = (name: string, most = 36) =>
  name.length <= most ? name : `${name.slice(0, Math.ceil(most / 2) - 1)}…${name.slice(-Math.floor(most / 2))}`;

const WINDS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];
export const heading = (deg: number) => WINDS[Math.round((((deg % 360) + 360) % 360) / 45) % 8]!;

export function distance(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const rad = Math.PI / 180;
  const north = (b.lat - a.lat) * rad;
  const east = (((((b.lon - a.lon + 540) % 360) + 360) % 360) - 180) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  return 6_371_008.8 * Math.hypot(north, east);
}
