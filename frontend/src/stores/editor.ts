import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, data } from '@/api/client'
import type { Photo, Settings, Suggestion, Version } from '@/api/types'
import { change as changed, historyOf, redo as redone, settle as settled, undo as undone } from '@/lib/history'
import { Latest } from '@/lib/latest'
import { completed, plainSettings, sameSettings } from '@/lib/settings'
import { useModels } from './models'
import { useNotices } from './notices'
import { usePhotos, saveVersion } from './photos'

/** One photo being worked on: its draft of settings, their history, the preview, the versions. */
export const useEditor = defineStore('editor', () => {
  const photo = ref<Photo | null>(null)
  const history = ref(historyOf<Settings>(plainSettings()))
  const preview = ref<{ url: string; settings: Settings } | null>(null)
  const busy = ref(false)
  const saving = ref(false)
  /** Milliseconds that the last preview took, from asking to the picture being there. */
  const previewMs = ref<number | null>(null)
  const latest = new Latest()

  const draft = computed(() => history.value.present)
  const versions = computed<Version[]>(() => photo.value?.versions ?? [])
  /** The saved version that the draft equals, if there is one. */
  const shown = computed(
    () => versions.value.find((one) => sameSettings(completed(one.settings as Settings), draft.value)) ?? null,
  )
  const canUndo = computed(() => history.value.past.length > 0)
  const canRedo = computed(() => history.value.future.length > 0)

  async function open(id: string): Promise<void> {
    close()
    const found = await data(api.GET('/api/v1/photos/{photo}', { params: { path: { photo: id } } }))
    photo.value = newestFirst(found)
    const newest = versions.value[0]
    history.value = historyOf(newest ? completed(newest.settings as Settings) : plainSettings())
    refreshPreview()
  }

  function close(): void {
    latest.drop()
    if (preview.value) URL.revokeObjectURL(preview.value.url)
    photo.value = null
    preview.value = null
    previewMs.value = null
  }

  /** Change some settings. Changes with one key are one step of undo until `settle`. */
  function change(part: Partial<Settings>, key: string | null = null): void {
    history.value = changed(history.value, { ...draft.value, ...part }, key)
    refreshPreview()
  }

  function settle(): void {
    history.value = settled(history.value)
  }

  function undo(): void {
    history.value = undone(history.value)
    refreshPreview()
  }

  function redo(): void {
    history.value = redone(history.value)
    refreshPreview()
  }

  /** Go back to a version's settings; that too can be undone. */
  function recall(version: Version): void {
    change(completed(version.settings as Settings))
  }

  function refreshPreview(): void {
    const target = photo.value
    if (!target || shown.value) return
    const settings = draft.value
    latest.ask(async () => {
      if (photo.value?.id !== target.id) return
      busy.value = true
      const start = performance.now()
      try {
        const params = { path: { photo: target.id } }
        const blob = await data(
          api.POST('/api/v1/photos/{photo}/preview', { params, body: settings, parseAs: 'blob' }),
        )
        if (photo.value?.id !== target.id) return
        const old = preview.value
        preview.value = { url: URL.createObjectURL(blob as unknown as Blob), settings }
        previewMs.value = performance.now() - start
        // The old picture is still on the screen until the new one is decoded.
        if (old) setTimeout(() => URL.revokeObjectURL(old.url), 5000)
      } catch (error) {
        useNotices().fail(error)
      } finally {
        busy.value = false
      }
    })
  }

  async function save(): Promise<Version | null> {
    const target = photo.value
    if (!target) return null
    if (shown.value) return shown.value
    saving.value = true
    try {
      const version = await saveVersion(target.id, draft.value)
      await reload()
      return version
    } finally {
      saving.value = false
    }
  }

  async function removeVersion(id: string): Promise<void> {
    await api.DELETE('/api/v1/versions/{version}', { params: { path: { version: id } } })
    await reload()
    refreshPreview()
  }

  async function reload(): Promise<void> {
    const id = photo.value?.id
    if (!id) return
    const fresh = await data(api.GET('/api/v1/photos/{photo}', { params: { path: { photo: id } } }))
    if (photo.value?.id !== id) return
    photo.value = newestFirst(fresh)
    const photos = usePhotos()
    photos.photos = photos.photos.map((known) => (known.id === id ? fresh : known))
  }

  /** Plausible colours of a place, most plausible first; none where the model tells none. */
  async function suggest(x: number, y: number): Promise<Suggestion[]> {
    const id = photo.value?.id
    const models = useModels()
    await models.load()
    if (!id || !models.takesHints(draft.value.model)) return []
    const { model, size } = draft.value
    const query = { x: Math.floor(x), y: Math.floor(y), model, ...(size === null ? {} : { size }) }
    const params = { path: { photo: id }, query }
    return (await data(api.GET('/api/v1/photos/{photo}/suggest', { params }))).colors
  }

  return {
    photo, draft, preview, previewMs, busy, saving, versions, shown, canUndo, canRedo,
    open, close, change, settle, undo, redo, recall, save, removeVersion, reload, suggest,
  }
})

function newestFirst(photo: Photo): Photo {
  const versions = [...photo.versions].sort((a, b) => b.created.localeCompare(a.created))
  return { ...photo, versions }
}
