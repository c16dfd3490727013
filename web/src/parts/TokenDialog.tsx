// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'preact/hooks';
import { onTokenNeeded, setToken } from '../api/token';
import { sentence } from './basics';

interface Question {
  refused: string | null;
  answer: (given: boolean) => void;
}

/** Asks for the server's token whenever a request needs one. */
export function TokenDialog() {
  const [question, setQuestion] = useState<Question | null>(null);
  useEffect(() => onTokenNeeded((refused) => new Promise((answer) => setQuestion({ refused, answer }))), []);
  return question && <Form question={question} done={() => setQuestion(null)} />;
}

function Form({ question, done }: { question: Question; done: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [value, setValue] = useState('');
  const [remember, setRemember] = useState(false);
  const given = useRef(false);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => {
    done();
    question.answer(given.current);
  };
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="token-title">
      <form
        method="dialog"
        onSubmit={() => {
          given.current = true;
          setToken(value.trim(), remember);
        }}
      >
        <h2 id="token-title">This server asks for a token</h2>
        <p class="muted">
          The one that <code>loci serve</code> was started with.
        </p>
        <label class="field">
          <span>Token</span>
          <input
            type="password"
            required
            autocomplete="current-password"
            value={value}
            onInput={(e) => setValue(e.currentTarget.value)}
            aria-describedby={question.refused ? 'token-refused' : undefined}
          />
        </label>
        {question.refused && (
          <p id="token-refused" class="is-bad" role="alert">
            {sentence(question.refused)}
          </p>
        )}
        <label class="switch">
          <input type="checkbox" checked={remember} onChange={(e) => setRemember(e.currentTarget.checked)} />
          <span>Remember it on this device</span>
        </label>
        <p class="links end">
          <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="button">
            Open
          </button>
        </p>
      </form>
    </dialog>
  );
}
