// The script a browser must load before the first page stands: the entry, what it preloads, and
// the chunks of the photo grid. Fails above the limit (kB of gzip).
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

const LIMIT_KB = 300
const root = new URL('../../src/tomau/server/static_page/', import.meta.url)
const manifest = JSON.parse(await readFile(new URL('.vite/manifest.json', root), 'utf8'))

const files = new Set()
function collect(key) {
  const chunk = manifest[key]
  if (files.has(chunk.file)) return
  files.add(chunk.file)
  for (const imported of chunk.imports ?? []) collect(imported)
}
collect('index.html')
collect('src/views/PhotosView.vue')

let total = 0
for (const file of files) total += gzipSync(await readFile(new URL(file, root))).length
const kilobytes = total / 1000
console.log(`first load: ${kilobytes.toFixed(0)} kB of gzipped script in ${files.size} files (limit ${LIMIT_KB})`)
if (kilobytes > LIMIT_KB) {
  console.error('The first page loads too much script: load the heavy part by a lazy route.')
  process.exit(1)
}
