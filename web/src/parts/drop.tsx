// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Photos come by dropping, pasting and choosing.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './basics';

const PICTURE = /\.(jpe?g|png|webp|tiff?|bmp|gif)$/i;
export const ACCEPT = 'image/jpeg,image/png,image/webp,image/tiff,image/bmp,image/gif,.tif,.tiff';

/** The files that may be photos. The server says of the rest what it thinks of them. */
export function picturesOf(list: FileList | null | undefined): File[] {
  const files = [...(list ?? [])];
  const pictures = files.filter((f) => f.type.startsWith('image/') || PICTURE.test(f.name));
  return pictures.length ? pictures : files.slice(0, 1);
}

const holdsFiles = (e: DragEvent) => [...(e.dataTransfer?.types ?? [])].includes('Files');

/** Takes photos that are dropped anywhere on the page or pasted. True while something is dragged over it. */
export function useDrop(take: (files: File[]) => void): boolean {
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const enter = (e: DragEvent) => {
      if (holdsFiles(e)) setOver(++depth.current > 0);
    };
    const leave = (e: DragEvent) => {
      if (holdsFiles(e)) setOver(--depth.current > 0);
    };
    const drag = (e: DragEvent) => {
      if (holdsFiles(e)) e.preventDefault();
    };
    const drop = (e: DragEvent) => {
      depth.current = 0;
      setOver(false);
      if (!holdsFiles(e)) return;
      e.preventDefault();
      const files = picturesOf(e.dataTransfer?.files);
      if (files.length) latest.current(files);
    };
    const paste = (e: ClipboardEvent) => {
      const files = picturesOf(e.clipboardData?.files);
      if (!files.length) return;
      e.preventDefault();
      latest.current(files);
    };
    addEventListener('dragenter', enter);
    addEventListener('dragleave', leave);
    addEventListener('dragover', drag);
    addEventListener('drop', drop);
    addEventListener('paste', paste);
    return () => {
      removeEventListener('dragenter', enter);
      removeEventListener('dragleave', leave);
      removeEventListener('dragover', drag);
      removeEventListener('drop', drop);
      removeEventListener('paste', paste);
    };
  }, []);
  return over;
}

export function ChooseButton(props: { label: string; quiet?: boolean; many?: boolean; take: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={props.quiet ? 'button quiet' : 'button'} onClick={() => input.current?.click()}>
        <Icon name="camera" /> {props.label}
      </button>
      <input
        ref={input}
        type="file"
        accept={ACCEPT}
        multiple={props.many}
        class="unseen"
        tabIndex={-1}
        aria-label={props.label}
        aria-hidden="true"
        onChange={(e) => {
          const files = picturesOf(e.currentTarget.files);
          e.currentTarget.value = '';
          if (files.length) props.take(files);
        }}
      />
    </>
  );
}
