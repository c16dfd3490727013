// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Writes src/api/types.ts from docs/openapi.json, so that the page cannot drift from the contract.
//   node scripts/types.mjs           writes the file
//   node scripts/types.mjs --check   fails when the file is not what the contract says
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const contract = JSON.parse(readFileSync(at('../../docs/openapi.json'), 'utf8'));

const nullable = (schema, type) => (schema.nullable ? `${type} | null` : type);

function typeOf(schema, indent) {
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.allOf) return nullable(schema, schema.allOf.map((s) => typeOf(s, indent)).join(' & '));
  if (schema.enum) return nullable(schema, schema.enum.map((v) => JSON.stringify(v)).join(' | '));
  switch (schema.type) {
    case 'string':
      return nullable(schema, 'string');
    case 'integer':
    case 'number':
      return nullable(schema, 'number');
    case 'boolean':
      return nullable(schema, 'boolean');
    case 'array': {
      const item = typeOf(schema.items, indent);
      return nullable(schema, item.includes('|') ? `(${item})[]` : `${item}[]`);
    }
    case 'object':
      return nullable(schema, objectOf(schema, indent));
    default:
      throw new Error(`docs/openapi.json: no TypeScript type is known for ${JSON.stringify(schema)}`);
  }
}

function objectOf(schema, indent) {
  const inner = indent + '  ';
  const required = new Set(schema.required ?? []);
  const lines = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const comment = property.description ? `${inner}/** ${property.description} */\n` : '';
    return `${comment}${inner}${name}${required.has(name) ? '' : '?'}: ${typeOf(property, inner)};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

let out = '// SPDX-FileCopyrightText: The loci authors\n// SPDX-License-Identifier: Apache-2.0\n';
out += '// Made by scripts/types.mjs from docs/openapi.json; change that and run `npm run types`.\n';
for (const [name, schema] of Object.entries(contract.components.schemas)) {
  out += '\n';
  if (schema.description) out += `/** ${schema.description} */\n`;
  out += `export type ${name} = ${typeOf(schema, '')};\n`;
}

const file = at('../src/api/types.ts');
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== out) {
    console.error('web/src/api/types.ts is not what docs/openapi.json says; run `npm run types` in web/');
    process.exit(1);
  }
} else {
  writeFileSync(file, out);
}
