// Types of the REST API from docs/openapi.json. With --write they are written to
// src/api/schema.d.ts; without, the file is compared and a difference is an error.
import { readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'

const documentUrl = new URL('../../docs/openapi.json', import.meta.url)
const typesUrl = new URL('../src/api/schema.d.ts', import.meta.url)

const banner = '// Made by `npm run api` from docs/openapi.json. Not edited by hand.\n\n'
const made = banner + astToString(await openapiTS(documentUrl))

if (process.argv.includes('--write')) {
  await writeFile(typesUrl, made)
  console.log('src/api/schema.d.ts written')
} else {
  const present = await readFile(typesUrl, 'utf8').catch(() => '')
  if (present !== made) {
    console.error(
      'src/api/schema.d.ts differs from docs/openapi.json: run `npm run api` in frontend/ and commit.',
    )
    process.exit(1)
  }
  console.log('API types agree with docs/openapi.json')
}
