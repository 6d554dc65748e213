import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, data } from '@/api/client'
import type { Job, Settings } from '@/api/types'
import { send } from '@/api/upload'

const PAGE = 50
const ACTIVE = new Set<Job['state']>(['queued', 'running'])
const EVERY_MS = 1000

/** Batches, asked for again each second while one of them works and somebody looks. */
export const useJobs = defineStore('jobs', () => {
  const jobs = ref<Job[]>([])
  const loaded = ref(false)
  let watchers = 0
  let timer: ReturnType<typeof setTimeout> | null = null

  const active = computed(() => jobs.value.some((job) => ACTIVE.has(job.state)))

  async function load(): Promise<void> {
    const query = { limit: PAGE, offset: 0 }
    jobs.value = (await data(api.GET('/api/v1/jobs', { params: { query } }))).results
    loaded.value = true
  }

  async function start(photos: string[], settings: Settings): Promise<Job> {
    const job = await data(api.POST('/api/v1/jobs', { body: { photos, settings } }))
    jobs.value = [job, ...jobs.value]
    return job
  }

  /** Send a film, which becomes a job of its own. */
  async function startFilm(
    film: File,
    settings: Settings,
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const form = new FormData()
    form.append('film', film, film.name)
    form.append('model', settings.model)
    form.append('strength', String(settings.strength))
    if (settings.size !== null) form.append('size', String(settings.size))
    const job = await send<Job>('/api/v1/films', form, onProgress, signal)
    jobs.value = [job, ...jobs.value]
  }

  async function remove(id: string): Promise<void> {
    await api.DELETE('/api/v1/jobs/{job}', { params: { path: { job: id } } })
    jobs.value = jobs.value.filter((known) => known.id !== id)
  }

  async function act(id: string, what: 'pause' | 'resume' | 'cancel'): Promise<void> {
    const params = { path: { job: id } }
    const job = await data(
      what === 'pause'
        ? api.POST('/api/v1/jobs/{job}/pause', { params })
        : what === 'resume'
          ? api.POST('/api/v1/jobs/{job}/resume', { params })
          : api.POST('/api/v1/jobs/{job}/cancel', { params }),
    )
    jobs.value = jobs.value.map((known) => (known.id === id ? job : known))
  }

  /** Keep the list fresh until the returned function is called. */
  function follow(): () => void {
    watchers += 1
    if (timer === null) tick()
    return () => {
      watchers -= 1
      if (watchers === 0 && timer !== null) {
        clearTimeout(timer)
        timer = null
      }
    }
  }

  function tick(): void {
    timer = setTimeout(async () => {
      if (active.value && document.visibilityState === 'visible') {
        await load().catch(() => undefined)
      }
      if (watchers > 0) tick()
      else timer = null
    }, EVERY_MS)
  }

  return { jobs, loaded, active, load, start, startFilm, remove, act, follow }
})
