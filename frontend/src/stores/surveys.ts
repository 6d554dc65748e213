import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api, data } from '@/api/client'
import type { Survey } from '@/api/types'
import { send } from '@/api/upload'

const PAGE = 100

export interface SurveyWish {
  title: string
  question: string
  mode: Survey['mode']
  versions: string[]
  truths: string[]
  repeats: number
}

export const useSurveys = defineStore('surveys', () => {
  const surveys = ref<Survey[]>([])
  const loaded = ref(false)

  async function load(): Promise<void> {
    const query = { limit: PAGE, offset: 0 }
    surveys.value = (await data(api.GET('/api/v1/surveys', { params: { query } }))).results
    loaded.value = true
  }

  async function create(wish: SurveyWish): Promise<Survey> {
    const { versions, ...rest } = wish
    const body = { ...rest, pictures: versions.map((version) => ({ version })) }
    const survey = await data(api.POST('/api/v1/surveys', { body }))
    surveys.value = [survey, ...surveys.value]
    return survey
  }

  /** Votes of another survey, as a table: picture, votes_1 ... votes_5. */
  async function importTable(file: File): Promise<Survey> {
    const form = new FormData()
    form.append('file', file, file.name)
    const survey = await send<Survey>('/api/v1/surveys/import', form)
    await load()
    return survey
  }

  async function remove(slug: string): Promise<void> {
    await api.DELETE('/api/v1/surveys/{slug}', { params: { path: { slug } } })
    surveys.value = surveys.value.filter((survey) => survey.slug !== slug)
  }

  return { surveys, loaded, load, create, importTable, remove }
})

/** The address that raters open. */
export function surveyLink(slug: string): string {
  return new URL(`/s/${slug}`, window.location.href).href
}
