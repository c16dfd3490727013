// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The server's token, when it asks for one. Pictures in <img> cannot send a header, so the token is a cookie for this
// site's own requests as well; both end with the browser's session unless the user wants them remembered.
const KEY = 'loci_token';

let current = sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? '';

export const token = () => current;

export function setToken(value: string, remember: boolean) {
  current = value;
  sessionStorage.setItem(KEY, value);
  if (remember) localStorage.setItem(KEY, value);
  else localStorage.removeItem(KEY);
  setCookie();
}

function setCookie() {
  // Tokens are letters, digits and -._~+/= and stand in a cookie as they are.
  if (/^[\w.~+/=-]+$/.test(current)) document.cookie = `${KEY}=${current}; SameSite=Strict; Path=/`;
}
setCookie();

/** Shows the question for a token; `refused` is what the server said of the last one. False when the user gives none. */
type Asker = (refused: string | null) => Promise<boolean>;
let asker: Asker = () => Promise.resolve(false);
let asking: Promise<boolean> | null = null;

export function onTokenNeeded(ask: Asker) {
  asker = ask;
}

/** Asks once for all requests that wait. `used` was refused with `message`: when another token came meanwhile, that is tried. */
export function askForToken(used: string, message: string): Promise<boolean> {
  if (used !== current) return Promise.resolve(true);
  asking ??= asker(used ? message : null).finally(() => {
    asking = null;
  });
  return asking;
}
