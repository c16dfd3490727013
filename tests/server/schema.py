# SPDX-FileCopyrightText: The loci authors
# SPDX-License-Identifier: Apache-2.0
"""Holds JSON to the schemas of an OpenAPI 3.0 document: as much of them as ours uses, and an error for the rest."""

KNOWN = {'type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'nullable', 'allOf', '$ref', 'format',
         'description', 'minimum', 'maximum', 'default', 'maxLength'}
TYPES = {'string': str, 'boolean': bool, 'array': list, 'object': dict}


class Schemas:
    def __init__(self, document):
        self.document = document
        self.seen = set()  # names of the schemas that something was held to

    def resolve(self, schema):
        while '$ref' in schema:
            name = schema['$ref'].removeprefix('#/components/schemas/')
            self.seen.add(name)
            schema = self.document['components']['schemas'][name]
        return schema

    def problems(self, value, schema, where='$'):
        """What is wrong, as a list of sentences."""
        schema = self.resolve(schema)
        unknown = set(schema) - KNOWN
        if unknown:
            return [f'{where}: this check does not know {sorted(unknown)}']
        if value is None:
            return [] if schema.get('nullable') else [f'{where}: null']
        found = []
        for part in schema.get('allOf', []):
            found += self.problems(value, part, where)
        kind = schema.get('type')
        if kind == 'number' and (isinstance(value, bool) or not isinstance(value, (int, float))):
            return [f'{where}: {value!r} is no number']
        if kind == 'integer' and (isinstance(value, bool) or not isinstance(value, int)):
            return [f'{where}: {value!r} is no whole number']
        if kind in TYPES and not isinstance(value, TYPES[kind]):
            return [f'{where}: {value!r} is no {kind}']
        if 'enum' in schema and value not in schema['enum']:
            found.append(f'{where}: {value!r} is none of {schema["enum"]}')
        if kind == 'array':
            for i, item in enumerate(value):
                found += self.problems(item, schema['items'], f'{where}[{i}]')
        if kind == 'object' and 'properties' in schema:
            for name in schema.get('required', []):
                if name not in value:
                    found.append(f'{where}: {name} is missing')
            for name, member in value.items():
                if name in schema['properties']:
                    found += self.problems(member, schema['properties'][name], f'{where}.{name}')
                elif schema.get('additionalProperties', True) is False:
                    found.append(f'{where}: {name} is not described')
        return found
