// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// ONNX Runtime computes loci's own numbers from what is exported. Skipped (exit 77) without the npm package onnxruntime-node.
// Usage: node onnxruntime_test.js WRITE_CASES MODULES   (MODULES: a folder with node_modules/onnxruntime-node)
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const {execFileSync} = require('child_process');

const [writeCases, modules] = process.argv.slice(2);
let ort;
try {
  ort = require(require.resolve('onnxruntime-node', {paths: [modules]}));
} catch (error) {
  console.log(`skipped: no onnxruntime-node in ${modules}; scripts/onnxruntime.sh installs it (${error.code || error.message})`);
  process.exit(77);
}

const floats = (file) => {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
};

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loci-onnx-'));
  let failed = 0;
  try {
    execFileSync(writeCases, [folder], {stdio: 'inherit'});
    for (const c of JSON.parse(fs.readFileSync(path.join(folder, 'cases.json')))) {
      const base = path.join(folder, c.name);
      let largest = Infinity;
      try {
        const session = await ort.InferenceSession.create(base + '.onnx', {executionProviders: ['cpu']});
        const input = new ort.Tensor('float32', floats(base + '.input'), [c.batch, 3, c.height, c.width]);
        const outputs = await session.run({[c.input]: input});
        largest = 0;
        for (const output of c.outputs) {
          const found = outputs[output.name];
          if (found.dims.join() !== output.shape.join()) {
            console.log(`${c.name}: shape of ${output.name} is ${found.dims}`);
            largest = Infinity;
            continue;
          }
          floats(path.join(folder, output.file)).forEach((x, i) => {
            const difference = Math.abs(x - found.data[i]) / output.largest;
            if (!(difference <= largest)) largest = difference;  // NaN, too
          });
        }
      } catch (error) {
        console.log(`${c.name}: ${error.message}`);
      }
      const ok = largest < 1e-5;
      failed += ok ? 0 : 1;
      console.log(`${ok ? 'ok  ' : 'FAIL'} ${c.name.padEnd(28)} largest difference ${largest.toExponential(2)}`);
    }
  } finally {
    fs.rmSync(folder, {recursive: true});
  }
  console.log(`ONNX Runtime ${require(require.resolve('onnxruntime-node/package.json', {paths: [modules]})).version}: ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
