import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { i18n, LANGUAGES, type Language } from '@/i18n'
import { vuetify } from '@/vuetify'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'tomau.preferences'

interface Stored {
  language: Language
  theme: Theme
  /** Colour each photo as soon as it has come. */
  colorOnArrival: boolean
}

function stored(): Stored {
  const usual: Stored = {
    language: navigator.language.toLowerCase().startsWith('en') ? 'en' : 'vi',
    theme: 'system',
    colorOnArrival: true,
  }
  try {
    const read = { ...usual, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Stored>) }
    return LANGUAGES.includes(read.language) ? read : usual
  } catch {
    return usual
  }
}

/** What this person chose, remembered in this browser. */
export const usePreferences = defineStore('preferences', () => {
  const start = stored()
  const language = ref(start.language)
  const theme = ref(start.theme)
  const colorOnArrival = ref(start.colorOnArrival)

  watch(
    [language, theme, colorOnArrival],
    () => {
      i18n.global.locale.value = language.value
      document.documentElement.lang = language.value
      vuetify.theme.change(theme.value)
      const kept: Stored = {
        language: language.value,
        theme: theme.value,
        colorOnArrival: colorOnArrival.value,
      }
      localStorage.setItem(KEY, JSON.stringify(kept))
    },
    { immediate: true },
  )

  return { language, theme, colorOnArrival }
})
