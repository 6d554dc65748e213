import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, data, onReach } from '@/api/client'
import type { Session } from '@/api/types'

/** Who is at the page, and whether the server answers. */
export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(null)
  const reachable = ref(true)
  let asked: Promise<void> | null = null

  onReach((now) => {
    reachable.value = now
  })

  const needs = computed(() => session.value?.needs ?? null)
  const user = computed(() => session.value?.user ?? null)
  const isStaff = computed(() => user.value?.is_staff ?? false)
  /** 0 where films cannot be coloured. */
  const maxFilmBytes = computed(() => session.value?.limits.max_film_bytes ?? 0)
  const multi = computed(() => session.value?.mode === 'multi')

  async function refresh(): Promise<void> {
    session.value = await data(api.GET('/api/v1/session'))
  }

  /** Ask once who this is; with a start-up token from the printed address, enter by it. */
  async function ready(token?: string): Promise<void> {
    if (session.value && !token) return
    asked ??= refresh().finally(() => {
      asked = null
    })
    await asked
    if (token && needs.value === 'token') await enter({ token })
  }

  async function enter(proof: { username: string; password: string } | { token: string }): Promise<void> {
    session.value = await data(api.POST('/api/v1/session', { body: proof as never }))
  }

  async function leave(): Promise<void> {
    await api.DELETE('/api/v1/session')
    await refresh()
  }

  return { session, reachable, needs, user, isStaff, maxFilmBytes, multi, ready, refresh, enter, leave }
})
