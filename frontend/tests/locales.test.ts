import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import en from '@/locales/en.json'
import vi from '@/locales/vi.json'

/** `a.b.c` of every text. The build turns messages into trees, which end where a `t` (type) stands. */
function keys(messages: object, prefix = ''): string[] {
  return Object.entries(messages).flatMap(([name, value]) => {
    const isText = typeof value !== 'object' || 't' in value || 'type' in value
    return isText ? [prefix + name] : keys(value as object, `${prefix}${name}.`)
  })
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.(vue|ts)$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : []
  })
}

const text = sources(join(import.meta.dirname, '../src')).map((path) => readFileSync(path, 'utf8')).join('\n')

test('both languages have the same texts', () => {
  expect(keys(vi).sort()).toEqual(keys(en).sort())
  expect(keys(en).length).toBeGreaterThan(200)
})

test('every text that the page asks for is there', () => {
  const asked = [...text.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((match) => match[1]!)
  expect(asked.length).toBeGreaterThan(100)
  expect(asked.filter((key) => !keys(en).includes(key))).toEqual([])
})

test('every text is asked for somewhere', () => {
  const composed = [...text.matchAll(/`([\w.]+)\.\$\{/g)].map((match) => `${match[1]!}.`)
  const unused = keys(en).filter(
    (key) => !text.includes(`'${key}'`) && !composed.some((start) => key.startsWith(start)),
  )
  expect(unused).toEqual([])
})
