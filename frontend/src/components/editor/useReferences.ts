import { reactive, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { api, data } from '@/api/client'
import type { Photo } from '@/api/types'
import { uploadPhoto } from '@/api/upload'
import { pictures } from '@/lib/files'
import { useEditor } from '@/stores/editor'
import { useNotices } from '@/stores/notices'

/** Colour pictures that lend their colours: to the whole photo, or one colour by the eyedropper. */
export function useReferences() {
  const editor = useEditor()
  const notices = useNotices()
  const { t } = useI18n()
  const references = ref<Photo[]>([])
  const sending = ref(0)

  async function load(): Promise<void> {
    const query = { kind: 'reference' as const, limit: 100, offset: 0 }
    references.value = (await data(api.GET('/api/v1/photos', { params: { query } }))).results
  }

  /** Keep the pictures and let the photo take their colours. */
  async function add(files: File[]): Promise<void> {
    const found = pictures(files)
    if (found.length < files.length) {
      notices.say('info', t('photos.notPictures', files.length - found.length))
    }
    for (const file of found) {
      sending.value += 1
      try {
        const photo = await uploadPhoto(file, 'reference')
        references.value = [photo, ...references.value]
        use(photo.id, true)
      } catch (error) {
        notices.fail(error)
      } finally {
        sending.value -= 1
      }
    }
  }

  function use(id: string, on: boolean): void {
    const others = editor.draft.references.filter((one) => one !== id)
    editor.change({ references: on ? [...others, id] : others })
  }

  async function remove(id: string): Promise<void> {
    try {
      if (editor.draft.references.includes(id)) use(id, false)
      await api.DELETE('/api/v1/photos/{photo}', { params: { path: { photo: id } } })
      references.value = references.value.filter((photo) => photo.id !== id)
    } catch (error) {
      notices.fail(error)
    }
  }

  return reactive({ references, sending, load, add, use, remove })
}

export type References = ReturnType<typeof useReferences>
