import { expect, test } from 'vitest'
import { pictures } from '@/lib/files'

test('pictures are known by type or by ending, the rest is left out', () => {
  const files = [
    new File([''], 'scan.TIF'),
    new File([''], 'phone.heic'),
    new File([''], 'no-ending', { type: 'image/png' }),
    new File([''], 'letter.pdf', { type: 'application/pdf' }),
    new File([''], 'Thumbs.db'),
  ]
  expect(pictures(files).map((file) => file.name)).toEqual(['scan.TIF', 'phone.heic', 'no-ending'])
})
