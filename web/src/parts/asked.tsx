// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The photo that is asked about, wherever it comes from.
import { useEffect, useState } from 'preact/hooks';
import { thumbnail } from '../api/client';
import type { Asked } from '../api/client';

export const askedName = (asked: Asked) => (asked.kind === 'file' ? asked.name : asked.photo.name);

export const askedSource = (asked: Asked, size: 320 | 640 | 1280) =>
  asked.kind === 'file' ? asked.url : thumbnail(asked.photo.id, size);

export function AskedPicture({ asked, size, alt }: { asked: Asked; size: 320 | 640 | 1280; alt: string }) {
  const [failed, setFailed] = useState(false);
  const source = askedSource(asked, size);
  useEffect(() => setFailed(false), [source]);
  if (failed) return <span class="no-picture">this browser cannot show the photo</span>;
  return <img src={source} alt={alt} draggable={false} onError={() => setFailed(true)} />;
}
