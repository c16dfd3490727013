// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Small pieces that every view uses.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { thumbnail } from '../api/client';
import type { Failure } from '../api/client';

const ICONS = {
  camera:
    'M3 8.5A1.5 1.5 0 0 1 4.5 7H7l1.5-2h7L17 7h2.5A1.5 1.5 0 0 1 21 8.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
  back: 'M14.5 5.5 8 12l6.5 6.5',
  next: 'M9.5 5.5 16 12l-6.5 6.5',
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M8.5 5.5v13M15.5 5.5v13',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  check: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12.3l2.8 2.8L16.2 9.5',
  unknown: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.6 9.7a2.4 2.4 0 1 1 3.5 2.1c-.8.4-1.1.9-1.1 1.7M12 16.4v.1',
  close: 'M6 6l12 12M18 6 6 18',
  trash: 'M5 7h14M10 7V4.5h4V7M6.5 7l1 12.5h9l1-12.5M10.3 10.5v6M13.7 10.5v6',
};

export const Icon = ({ name }: { name: keyof typeof ICONS }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={ICONS[name]} />
  </svg>
);

/** A picture of the collection; says so when there is none to show. */
export function Picture(props: {
  id: number;
  size: 160 | 320 | 640 | 1280;
  alt: string;
  width?: number;
  height?: number;
  eager?: boolean;
}) {
  const [failed, setFailed] = useState(false);
  useEffect(() => setFailed(false), [props.id]);
  if (failed) return <span class="no-picture">no picture</span>;
  return (
    <img
      src={thumbnail(props.id, props.size)}
      alt={props.alt}
      width={props.width}
      height={props.height}
      draggable={false}
      loading={props.eager ? 'eager' : 'lazy'}
      decoding="async"
      onError={() => setFailed(true)}
    />
  );
}

export function Problem({ failure, title, retry }: { failure: Failure; title: string; retry?: () => void }) {
  const [left, setLeft] = useState(failure.retryAfterS);
  useEffect(() => {
    setLeft(failure.retryAfterS);
    if (!failure.retryAfterS || !retry) return;
    const timer = setInterval(
      () =>
        setLeft((s) => {
          if (s <= 1) {
            clearInterval(timer);
            retry();
          }
          return s - 1;
        }),
      1000,
    );
    return () => clearInterval(timer);
  }, [failure]);
  return (
    <div class="card problem" role="alert">
      <h2>{title}</h2>
      <p>
        <Words text={failure.message} />
      </p>
      {retry && (
        <button class="button" onClick={retry}>
          {left > 0 ? `Trying again in ${left} s` : 'Try again'}
        </button>
      )}
    </div>
  );
}

/** A message of the server: what stands between backticks is something to type. */
export const Words = ({ text }: { text: string }) => (
  <>
    {sentence(text)
      .split('`')
      .map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))}
  </>
);

/** Server messages begin in lower case, as on the command line. */
export const sentence = (text: string) =>
  text ? text[0]!.toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.') : '';

export const Loading = ({ children }: { children: ComponentChildren }) => (
  <p class="loading" role="status">
    <span class="spinner" aria-hidden="true" /> {children}
  </p>
);

/** The heading of a view. It takes the focus when the view is entered, so that reading goes on there. */
export function Title({ children, focus = true }: { children: ComponentChildren; focus?: boolean }) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus && entered) ref.current?.focus({ preventScroll: true });
    entered = true;
  }, []);
  return (
    <h1 ref={ref} tabIndex={-1}>
      {children}
    </h1>
  );
}
let entered = false; // the first view leaves the focus at the top of the page

/** One choice of several, as a row of segments. */
export function Choice<T extends string>(props: {
  label: string;
  name: string;
  value: T;
  options: [T, string][];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset class="choice">
      <legend class="unseen">{props.label}</legend>
      {props.options.map(([value, text]) => (
        <label key={value}>
          <input
            type="radio"
            name={props.name}
            checked={props.value === value}
            onChange={() => props.onChange(value)}
          />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

export const Switch = (props: { checked: boolean; onChange: (on: boolean) => void; children: ComponentChildren }) => (
  <label class="switch">
    <input
      type="checkbox"
      role="switch"
      checked={props.checked}
      onChange={(e) => props.onChange(e.currentTarget.checked)}
    />
    <span>{props.children}</span>
  </label>
);

export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
