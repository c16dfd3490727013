// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
import { render } from 'preact';
import '../../src/base/style/tokens.css';
import './style/frame.css';
import './style/parts.css';
import './style/views.css';
import { App } from './app';

render(<App />, document.getElementById('app')!);
