import { expect, test } from 'vitest'
import { Latest } from '@/lib/latest'

function gate() {
  let open = () => {}
  const closed = new Promise<void>((resolve) => (open = resolve))
  return { open, closed }
}
const settled = () => new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)))

test('one runs, of those that came meanwhile only the newest follows', async () => {
  const latest = new Latest()
  const ran: string[] = []
  const first = gate()
  latest.ask(async () => {
    ran.push('first')
    await first.closed
  })
  for (const name of ['second', 'third', 'newest']) {
    latest.ask(async () => {
      ran.push(name)
    })
  }
  expect(ran).toEqual(['first'])
  first.open()
  await expect.poll(() => ran).toEqual(['first', 'newest'])
})

test('what waits can be forgotten', async () => {
  const latest = new Latest()
  const ran: string[] = []
  const first = gate()
  latest.ask(() => first.closed)
  latest.ask(async () => void ran.push('waiting'))
  latest.drop()
  first.open()
  await first.closed
  await settled()
  latest.ask(async () => void ran.push('later'))
  await expect.poll(() => ran).toEqual(['later'])
})
