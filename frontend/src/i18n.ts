import { createI18n } from 'vue-i18n'
import en from './locales/en.json'
import vi from './locales/vi.json'

export const LANGUAGES = ['vi', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

export const i18n = createI18n<[typeof en], Language, false>({
  legacy: false,
  locale: 'vi',
  fallbackLocale: 'en',
  messages: { vi, en } as never,
})
