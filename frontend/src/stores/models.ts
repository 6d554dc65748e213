import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api, data } from '@/api/client'
import type { Model } from '@/api/types'

export const useModels = defineStore('models', () => {
  const models = ref<Model[]>([])

  async function load(): Promise<void> {
    if (models.value.length === 0) models.value = await data(api.GET('/api/v1/models'))
  }

  /** Whether a model was made for colours given by hand, and tells which are plausible. */
  function takesHints(name: string): boolean {
    const model =
      models.value.find((one) => one.name === name) ??
      (name === 'default' ? models.value.find((one) => one.is_default) : undefined)
    return model?.takes_hints ?? false
  }

  return { models, load, takesHints }
})
