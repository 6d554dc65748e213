import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api, data } from '@/api/client'
import type { Model } from '@/api/types'

export const useModels = defineStore('models', () => {
  const models = ref<Model[]>([])

  async function load(): Promise<void> {
    if (models.value.length === 0) models.value = await data(api.GET('/api/v1/models'))
  }

  return { models, load }
})
