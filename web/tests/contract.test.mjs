// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// The types are those of docs/openapi.json, and the mock server answers as it says.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { drawScene } from '../mock/scene.mjs';
import { startMock } from '../mock/server.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const contract = JSON.parse(readFileSync(at('../../docs/openapi.json'), 'utf8'));

/** What is wrong with `value`, as a list of sentences. */
function faults(schema, value, where) {
  if (schema.$ref) return faults(contract.components.schemas[schema.$ref.split('/').pop()], value, where);
  if (value === null) return schema.nullable ? [] : [`${where} is null`];
  if (schema.allOf) return schema.allOf.flatMap((s) => faults(s, value, where));
  if (schema.enum && !schema.enum.includes(value)) return [`${where} is ${value}`];
  switch (schema.type) {
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((v, i) => faults(schema.items, v, `${where}[${i}]`))
        : [`${where} is no array`];
    case 'object': {
      if (typeof value !== 'object') return [`${where} is no object`];
      const known = schema.properties ?? {};
      const missing = (schema.required ?? [])
        .filter((name) => !(name in value))
        .map((name) => `${where}.${name} is missing`);
      const extra =
        schema.additionalProperties === false
          ? Object.keys(value)
              .filter((name) => !(name in known))
              .map((name) => `${where}.${name} is not in the contract`)
          : [];
      return [
        ...missing,
        ...extra,
        ...Object.entries(value).flatMap(([name, v]) =>
          known[name] ? faults(known[name], v, `${where}.${name}`) : [],
        ),
      ];
    }
    case 'integer':
      return Number.isInteger(value) ? [] : [`${where} is ${value}`];
    default:
      return typeof value === schema.type ? [] : [`${where} is a ${typeof value}`];
  }
}

describe('the contract', () => {
  let mock;
  before(async () => {
    mock = await startMock({ photos: 40, changeable: true });
  });
  after(() => mock.close());

  it('is what the types say', () => {
    const { status, stderr } = spawnSync(process.execPath, [at('../scripts/types.mjs'), '--check'], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  });

  const body = drawScene(3, 5);
  const calls = [
    ['GET', '/healthz'],
    ['GET', '/v1/stats'],
    ['GET', '/v1/map'],
    ['GET', '/v1/groups'],
    ['GET', '/v1/images', '?limit=5'],
    ['GET', '/v1/images/{id}', '', 3],
    ['GET', '/v1/images/{id}/matches', '?k=4&verify=true', 3],
    ['GET', '/v1/images/{id}/why', '?match=2', 3],
    ['GET', '/v1/images/{id}/place', '', 3],
    ['POST', '/v1/query', '?k=3'],
    ['POST', '/v1/query', '?verify=true'],
    ['POST', '/v1/why', '?id=2'],
    ['POST', '/v1/images', '?name=new.png'],
    ['DELETE', '/v1/images/{id}', '', 5],
    ['GET', '/v1/images/{id}', '', 5],
  ];
  for (const [method, path, query = '', id] of calls) {
    it(`is kept by the mock's ${method} ${path}${query}${id ? ` of ${id}` : ''}`, async () => {
      const url = mock.url + path.slice(1).replace('{id}', String(id)) + query;
      const response = await fetch(url, { method, body: method === 'POST' ? body : undefined });
      const described = contract.paths[path][method.toLowerCase()].responses[response.status];
      assert.ok(described, `status ${response.status}`);
      assert.deepEqual(faults(described.content['application/json'].schema, await response.json(), 'answer'), []);
    });
  }
});
