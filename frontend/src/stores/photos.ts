import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, data } from '@/api/client'
import { ApiError } from '@/api/errors'
import type { Photo, Version } from '@/api/types'
import { uploadPhoto } from '@/api/upload'
import { wait } from '@/lib/wait'
import { plainSettings } from '@/lib/settings'
import { useNotices } from './notices'
import { usePreferences } from './preferences'

const PAGE = 60
const UPLOADS_AT_ONCE = 2
const LONGEST_WAIT = 30

export interface Arrival {
  id: number
  name: string
  /** Share of the bytes sent, 0..1. */
  sent: number
  error: string | null
}

let counter = 0

/** The person's photos, and those on their way. */
export const usePhotos = defineStore('photos', () => {
  const photos = ref<Photo[]>([])
  const count = ref<number | null>(null)
  const arrivals = ref<Arrival[]>([])
  /** Photos that are being coloured or wait for it. */
  const coloring = ref(new Set<string>())
  const loading = ref(false)

  const more = computed(() => count.value !== null && photos.value.length < count.value)

  const waiting: { file: File; arrival: Arrival }[] = []
  let sending = 0
  const toColor: string[] = []
  let colorRuns = false

  async function load(): Promise<void> {
    await fetchPage(0)
  }

  async function loadMore(): Promise<void> {
    await fetchPage(photos.value.length)
  }

  async function fetchPage(offset: number): Promise<void> {
    loading.value = true
    try {
      const query = { kind: 'photo' as const, limit: PAGE, offset }
      const page = await data(api.GET('/api/v1/photos', { params: { query } }))
      const kept = offset === 0 ? [] : photos.value
      const known = new Set(kept.map((photo) => photo.id))
      photos.value = [...kept, ...page.results.filter((photo) => !known.has(photo.id))]
      count.value = page.count
    } finally {
      loading.value = false
    }
  }

  function add(files: File[]): void {
    for (const file of files) {
      counter += 1
      arrivals.value.push({ id: counter, name: file.name, sent: 0, error: null })
      waiting.push({ file, arrival: arrivals.value.at(-1)! })
    }
    for (let free = UPLOADS_AT_ONCE - sending; free > 0; free -= 1) void sendNext()
  }

  async function sendNext(): Promise<void> {
    const next = waiting.shift()
    if (!next) return
    sending += 1
    const { file, arrival } = next
    try {
      const photo = await uploadPhoto(file, 'photo', (share) => (arrival.sent = share))
      photos.value = [photo, ...photos.value]
      count.value = (count.value ?? 0) + 1
      dismiss(arrival.id)
      if (usePreferences().colorOnArrival) color([photo.id])
    } catch (error) {
      arrival.error = error instanceof Error ? error.message : String(error)
    } finally {
      sending -= 1
    }
    await sendNext()
  }

  function dismiss(id: number): void {
    arrivals.value = arrivals.value.filter((arrival) => arrival.id !== id)
  }

  /** Save a first version of each photo, one after the other, by the plain settings. */
  function color(ids: string[]): void {
    for (const id of ids) {
      if (coloring.value.has(id)) continue
      coloring.value.add(id)
      toColor.push(id)
    }
    if (!colorRuns) void colorNext()
  }

  async function colorNext(): Promise<void> {
    colorRuns = true
    for (let id = toColor.shift(); id !== undefined; id = toColor.shift()) {
      try {
        await saveVersion(id, plainSettings())
        await refresh(id)
      } catch (error) {
        useNotices().fail(error)
      } finally {
        coloring.value.delete(id)
      }
    }
    colorRuns = false
  }

  async function refresh(id: string): Promise<void> {
    const photo = await data(api.GET('/api/v1/photos/{photo}', { params: { path: { photo: id } } }))
    photos.value = photos.value.map((known) => (known.id === id ? photo : known))
  }

  async function remove(ids: string[]): Promise<void> {
    for (const id of ids) {
      await api.DELETE('/api/v1/photos/{photo}', { params: { path: { photo: id } } })
      photos.value = photos.value.filter((photo) => photo.id !== id)
      count.value = Math.max(0, (count.value ?? 1) - 1)
    }
  }

  return {
    photos, count, arrivals, coloring, loading, more,
    load, loadMore, add, dismiss, color, refresh, remove,
  }
})

/**
 * Save a version; a large photo's is made by a job, which is waited for. A full queue (503) is tried
 * again after the time the server asks for.
 */
export async function saveVersion(id: string, settings: ReturnType<typeof plainSettings>): Promise<Version> {
  for (;;) {
    try {
      const params = { path: { photo: id } }
      const made = await data(api.POST('/api/v1/photos/{photo}/versions', { params, body: settings }))
      return 'total' in made ? await versionOfJob(id, made.id) : made
    } catch (error) {
      if (!(error instanceof ApiError) || error.retryAfter === null) throw error
      await wait(1000 * Math.min(Math.max(error.retryAfter, 1), LONGEST_WAIT))
    }
  }
}

async function versionOfJob(photoId: string, jobId: string): Promise<Version> {
  for (;;) {
    await wait(700)
    const job = await data(api.GET('/api/v1/jobs/{job}', { params: { path: { job: jobId } } }))
    if (job.state === 'failed' || job.state === 'cancelled') {
      throw new ApiError(job.failures[0]?.message ?? job.state, 200, job.state)
    }
    if (job.state !== 'done') continue
    const params = { path: { photo: photoId } }
    const photo = await data(api.GET('/api/v1/photos/{photo}', { params }))
    const version = photo.versions.find((one) => job.versions.includes(one.id))
    if (!version) throw new ApiError(job.failures[0]?.message ?? 'no version', 200, 'failed')
    return version
  }
}
